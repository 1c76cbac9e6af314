namespace BitKernelGen.Generator.Planning;

/// <summary>An instruction set that kernels are written for, with what its spelling in C# needs.</summary>
/// <param name="Name">Suffix of method names.</param>
/// <param name="Display">As people write it.</param>
/// <param name="Test">The C# condition; the JIT and AOT compilers fold it away.</param>
/// <param name="Vector">The vector class.</param>
/// <param name="Integer">The class of its 8- and 16-bit instructions.</param>
/// <param name="Lanes">32-bit lanes of a vector.</param>
/// <param name="Registers">Vector registers.</param>
internal sealed record Isa(string Name, string Display, string Test, string Vector, string Integer, int Lanes, int Registers)
{
    /// <summary>512-bit vectors.</summary>
    public static Isa Avx512 { get; } = new("Avx512", "AVX-512", "Avx512BW.IsSupported", "Vector512", "Avx512BW", 16, 32);

    /// <summary>AVX-512 with permutations of bytes: for the few kernels that look products up. All others are those of AVX-512.</summary>
    public static Isa Vbmi { get; } = Avx512 with { Name = "Vbmi", Display = "AVX-512 VBMI", Test = "Avx512Vbmi.IsSupported" };

    /// <summary>256-bit vectors.</summary>
    public static Isa Avx2 { get; } = new("Avx2", "AVX2", "Avx2.IsSupported", "Vector256", "Avx2", 8, 16);

    /// <summary>128-bit vectors of x64 with the same instructions: what a portable AOT program runs on.</summary>
    public static Isa Sse { get; } = new("Sse", "SSE4.1", "Sse41.IsSupported", "Vector128", "Sse41", 4, 16);

    /// <summary>Arm64 with the dot product of four bytes.</summary>
    public static Isa Dot { get; } = new("Dot", "AdvSimd dot product", "Dp.IsSupported", "Vector128", "Dp", 4, 32);

    /// <summary>Any Arm64.</summary>
    public static Isa AdvSimd { get; } = new("AdvSimd", "AdvSimd", "AdvSimd.Arm64.IsSupported", "Vector128", "AdvSimd", 4, 32);

    /// <summary>WebAssembly.</summary>
    public static Isa PackedSimd { get; } = new("PackedSimd", "PackedSimd", "PackedSimd.IsSupported", "Vector128", "PackedSimd", 4, 16);

    /// <summary>128-bit vectors of any machine.</summary>
    public static Isa Vector128 { get; } = new("Vector128", "Vector128", "Vector128.IsHardwareAccelerated", "Vector128", "Vector128", 4, 16);

    /// <summary>One element at a time.</summary>
    public static Isa Scalar { get; } = new("Scalar", "scalar", "true", "", "", 1, 0);

    /// <summary>All, the fastest first. Products of levels and weights have a kernel for each.</summary>
    public static Isa[] All { get; } = [Avx512, Avx2, Sse, Dot, AdvSimd, PackedSimd, Vector128, Scalar];

    /// <summary>One for each width of vectors: all that other kernels need to know.</summary>
    public static Isa[] Widths { get; } = [Avx512, Avx2, Vector128, Scalar];

    /// <summary>Those with packed weights of their own, in the order of the runtime's Machine; scalar kernels read what Vector128's do.</summary>
    public static Isa[] Packed { get; } = [Avx512, Avx2, Sse, Dot, AdvSimd, PackedSimd, Vector128];

    /// <summary>The machines that a plan may differ for.</summary>
    public static Isa[] Machines { get; } = [Vbmi, .. All];

    /// <summary>Whether a machine with this instruction set runs kernels for another one.</summary>
    public bool Runs(Isa other) => this == other || (this == Vbmi && other == Avx512);

    /// <summary>The machines that run kernels for it.</summary>
    public System.Collections.Generic.IEnumerable<Isa> RunBy => System.Linq.Enumerable.Where(Machines, machine => machine.Runs(this));

    /// <summary>Whether it multiplies unsigned by signed bytes, and adds pairs of products in 16 bits.</summary>
    public bool MultipliesBytes => this == Avx512 || this == Avx2 || this == Sse;

    /// <summary>Whether it multiplies signed bytes by signed bytes.</summary>
    public bool MultipliesSignedBytes => this == Dot || this == AdvSimd;

    /// <summary>Whether there are Winograd kernels.</summary>
    public bool HasWinograd => this == Avx512 || this == Avx2;

    /// <summary>Whether it looks 16 bytes up at once, in every 128 bits of a vector.</summary>
    public bool LooksUp => Lanes >= 4 && this != Vector128;

    /// <summary>Bytes of a vector.</summary>
    public int Bytes => Lanes * 4;
}

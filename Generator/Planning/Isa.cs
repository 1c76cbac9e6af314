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

    /// <summary>256-bit vectors.</summary>
    public static Isa Avx2 { get; } = new("Avx2", "AVX2", "Avx2.IsSupported", "Vector256", "Avx2", 8, 16);

    /// <summary>128-bit vectors of any machine.</summary>
    public static Isa Vector128 { get; } = new("Vector128", "Vector128", "Vector128.IsHardwareAccelerated", "Vector128", "Vector128", 4, 16);

    /// <summary>One element at a time.</summary>
    public static Isa Scalar { get; } = new("Scalar", "scalar", "true", "", "", 1, 0);

    /// <summary>All, the fastest first.</summary>
    public static Isa[] All { get; } = [Avx512, Avx2, Vector128, Scalar];

    /// <summary>Whether it has the 8-bit multiply-add that the product kernels are built on.</summary>
    public bool MultipliesBytes => this == Avx512 || this == Avx2;

    /// <summary>Bytes of a vector.</summary>
    public int Bytes => Lanes * 4;
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.Wasm;
using System.Runtime.Intrinsics.X86;

namespace BitKernelGen.Execution;

/// <summary>
/// Which of the generated kernels this process runs. They are ordered: AVX-512, AVX2, SSE4.1, AdvSimd with dot product, AdvSimd,
/// PackedSimd, then those for any other machine. The JIT and AOT compilers fold every test here to a constant.
/// </summary>
public static class Machine
{
    /// <summary>"AVX-512", "AVX2", "SSE4.1", "AdvSimd dot product", "AdvSimd", "PackedSimd", "Vector128" or "scalar".</summary>
    public static string InstructionSet => Choose(
        "AVX-512", "AVX2", "SSE4.1", "AdvSimd dot product", "AdvSimd", "PackedSimd", Vector128.IsHardwareAccelerated ? "Vector128" : "scalar");

    private static int Index =>
        Avx512BW.IsSupported ? 0
        : Avx2.IsSupported ? 1
        : Sse41.IsSupported ? 2
        : Dp.IsSupported ? 3
        : AdvSimd.Arm64.IsSupported ? 4
        : PackedSimd.IsSupported ? 5
        : 6;

    /// <summary>Takes the alternative that belongs to this machine's kernels.</summary>
    /// <param name="alternatives">In the order of the kernels; the last one stands for those that follow.</param>
    public static T Choose<T>(params ReadOnlySpan<T> alternatives) => alternatives[Math.Min(Index, alternatives.Length - 1)];
}

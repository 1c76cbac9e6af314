using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BitKernelGen.Execution;

/// <summary>Which of the generated kernels this process runs. The JIT and AOT compilers fold every test here to a constant.</summary>
public static class Machine
{
    /// <summary>"AVX-512", "AVX2", "Vector128" or "scalar".</summary>
    public static string InstructionSet => Choose("AVX-512", "AVX2", Vector128.IsHardwareAccelerated ? "Vector128" : "scalar");

    /// <summary>Takes the alternative that belongs to this machine's kernels.</summary>
    public static T Choose<T>(T avx512, T avx2, T portable) => Avx512BW.IsSupported ? avx512 : Avx2.IsSupported ? avx2 : portable;
}

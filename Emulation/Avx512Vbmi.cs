namespace System.Runtime.Intrinsics.X86;

/// <summary>The instruction of AVX-512 VBMI that kernels use.</summary>
internal static class Avx512Vbmi
{
    public static bool IsSupported { get; } = Avx512BW.IsSupported && Emulated.IsOn("EnableAVX512v2");

    public static Vector512<byte> PermuteVar64x8x2(Vector512<byte> lower, Vector512<byte> indices, Vector512<byte> upper)
    {
        Span<byte> values = stackalloc byte[128], permuted = stackalloc byte[64];
        lower.CopyTo(values);
        upper.CopyTo(values[64..]);
        indices.CopyTo(permuted);
        foreach (ref byte index in permuted)
            index = values[index & 127];
        return Vector512.Create<byte>(permuted);
    }
}

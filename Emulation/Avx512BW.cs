namespace System.Runtime.Intrinsics.X86;

/// <summary>The instructions of AVX-512BW that kernels use: their 256-bit forms on each half.</summary>
internal static class Avx512BW
{
    public static bool IsSupported { get; } = Avx2.IsSupported && Emulated.IsOn("EnableAVX512");

    public static Vector512<short> MultiplyAddAdjacent(Vector512<byte> left, Vector512<sbyte> right) => Vector512.Create(
        Avx2.MultiplyAddAdjacent(left.GetLower(), right.GetLower()), Avx2.MultiplyAddAdjacent(left.GetUpper(), right.GetUpper()));

    public static Vector512<int> MultiplyAddAdjacent(Vector512<short> left, Vector512<short> right) => Vector512.Create(
        Avx2.MultiplyAddAdjacent(left.GetLower(), right.GetLower()), Avx2.MultiplyAddAdjacent(left.GetUpper(), right.GetUpper()));

    public static Vector512<short> PackSignedSaturate(Vector512<int> left, Vector512<int> right) => Vector512.Create(
        Avx2.PackSignedSaturate(left.GetLower(), right.GetLower()), Avx2.PackSignedSaturate(left.GetUpper(), right.GetUpper()));

    public static Vector512<byte> PackUnsignedSaturate(Vector512<short> left, Vector512<short> right) => Vector512.Create(
        Avx2.PackUnsignedSaturate(left.GetLower(), right.GetLower()), Avx2.PackUnsignedSaturate(left.GetUpper(), right.GetUpper()));

    public static Vector512<short> ConvertToVector512Int16(Vector256<byte> value) => Vector512.Create(
        Avx2.ConvertToVector256Int16(value.GetLower()), Avx2.ConvertToVector256Int16(value.GetUpper()));

    public static Vector512<short> ConvertToVector512Int16(Vector256<sbyte> value) => Vector512.Create(
        Avx2.ConvertToVector256Int16(value.GetLower()), Avx2.ConvertToVector256Int16(value.GetUpper()));

    public static Vector512<byte> Shuffle(Vector512<byte> value, Vector512<byte> mask) => Vector512.Create(
        Avx2.Shuffle(value.GetLower(), mask.GetLower()), Avx2.Shuffle(value.GetUpper(), mask.GetUpper()));

    public static Vector512<ushort> UnpackLow(Vector512<ushort> left, Vector512<ushort> right) => Vector512.Create(
        Avx2.UnpackLow(left.GetLower(), right.GetLower()), Avx2.UnpackLow(left.GetUpper(), right.GetUpper()));

    public static Vector512<ushort> UnpackHigh(Vector512<ushort> left, Vector512<ushort> right) => Vector512.Create(
        Avx2.UnpackHigh(left.GetLower(), right.GetLower()), Avx2.UnpackHigh(left.GetUpper(), right.GetUpper()));
}

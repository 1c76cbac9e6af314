namespace System.Runtime.Intrinsics.X86;

/// <summary>The instructions of AVX-512F that kernels use: their 256-bit forms on each half where there are any.</summary>
internal static class Avx512F
{
    public static Vector512<int> ConvertToVector512Int32(Vector128<byte> value) => Vector512.Create(
        Avx2.ConvertToVector256Int32(value), Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(value, 8)));

    public static Vector512<int> ConvertToVector512Int32(Vector128<sbyte> value) => Vector512.Create(
        Avx2.ConvertToVector256Int32(value), Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(value, 8)));

    public static Vector512<int> ConvertToVector512Int32(Vector256<ushort> value) => Vector512.Create(
        Avx2.ConvertToVector256Int32(value.GetLower()), Avx2.ConvertToVector256Int32(value.GetUpper()));

    public static Vector512<int> ConvertToVector512Int32(Vector512<float> value) => Vector512.Create(
        Avx.ConvertToVector256Int32(value.GetLower()), Avx.ConvertToVector256Int32(value.GetUpper()));

    public static Vector256<ushort> ConvertToVector256UInt16(Vector512<uint> value) => Vector256.Narrow(value.GetLower(), value.GetUpper());

    public static Vector128<byte> ConvertToVector128Byte(Vector512<int> value)
    {
        Vector256<ushort> words = ConvertToVector256UInt16(value.AsUInt32());
        return Vector128.Narrow(words.GetLower(), words.GetUpper());
    }

    public static Vector128<int> ExtractVector128(Vector512<int> value, byte index)
    {
        Vector256<int> half = (index & 2) == 0 ? value.GetLower() : value.GetUpper();
        return (index & 1) == 0 ? half.GetLower() : half.GetUpper();
    }

    public static unsafe Vector512<int> BroadcastVector128ToVector512(int* address) => Vector512.Create(
        Avx2.BroadcastVector128ToVector256(address), Avx2.BroadcastVector128ToVector256(address));

    public static Vector512<int> PermuteVar16x32(Vector512<int> left, Vector512<int> control)
    {
        Span<int> values = stackalloc int[16], permuted = stackalloc int[16];
        left.CopyTo(values);
        for (int i = 0; i < permuted.Length; i++)
            permuted[i] = values[control.GetElement(i) & 15];
        return Vector512.Create<int>(permuted);
    }

    public static Vector512<uint> UnpackLow(Vector512<uint> left, Vector512<uint> right) => Vector512.Create(
        Avx2.UnpackLow(left.GetLower(), right.GetLower()), Avx2.UnpackLow(left.GetUpper(), right.GetUpper()));

    public static Vector512<uint> UnpackHigh(Vector512<uint> left, Vector512<uint> right) => Vector512.Create(
        Avx2.UnpackHigh(left.GetLower(), right.GetLower()), Avx2.UnpackHigh(left.GetUpper(), right.GetUpper()));

    public static Vector512<ulong> UnpackLow(Vector512<ulong> left, Vector512<ulong> right) => Vector512.Create(
        Avx2.UnpackLow(left.GetLower(), right.GetLower()), Avx2.UnpackLow(left.GetUpper(), right.GetUpper()));

    public static Vector512<ulong> UnpackHigh(Vector512<ulong> left, Vector512<ulong> right) => Vector512.Create(
        Avx2.UnpackHigh(left.GetLower(), right.GetLower()), Avx2.UnpackHigh(left.GetUpper(), right.GetUpper()));
}

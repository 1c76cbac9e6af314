using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BitKernelGen.Execution;

/// <summary>Levels between memory (bytes) and vectors (32-bit integers): the parts of an epilogue that differ by vector width.</summary>
public static unsafe class Levels
{
    /// <summary>Loads 16 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load16(byte* source) => Avx512F.ConvertToVector512Int32(Vector128.Load(source));

    /// <summary>Loads 8 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load8(byte* source) => Avx2.ConvertToVector256Int32(source);

    /// <summary>Loads 4 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load4(byte* source) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(*(uint*)source).AsByte())).AsInt32();

    /// <summary>16 levels times 16 weights: 32-bit products by a 16-bit instruction, since both fit the low halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Multiply16(byte* levels, sbyte* weights) =>
        Avx512BW.MultiplyAddAdjacent(Load16(levels).AsInt16(), Avx512F.ConvertToVector512Int32(Vector128.Load(weights)).AsInt16());

    /// <summary>8 levels times 8 weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Multiply8(byte* levels, sbyte* weights) =>
        Avx2.MultiplyAddAdjacent(Load8(levels).AsInt16(), Avx2.ConvertToVector256Int32(weights).AsInt16());

    /// <summary>16 levels times 16 weights, in 16 bits: 255 · 127 fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector128<short> Lower, Vector128<short> Upper) Multiply(byte* levels, sbyte* weights)
    {
        Vector128<byte> level = Vector128.Load(levels);
        Vector128<sbyte> weight = Vector128.Load(weights);
        return (
            Vector128.WidenLower(level).AsInt16() * Vector128.WidenLower(weight),
            Vector128.WidenUpper(level).AsInt16() * Vector128.WidenUpper(weight));
    }

    /// <summary>Rounds half to even; the values must fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Round(Vector512<float> value) => Avx512F.ConvertToVector512Int32(value);

    /// <inheritdoc cref="Round(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Round(Vector256<float> value) => Avx.ConvertToVector256Int32(value);

    /// <inheritdoc cref="Round(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Round(Vector128<float> value) => Vector128.ConvertToInt32Native(Vector128.Round(value));

    /// <summary>Stores 16 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> level, byte* target) => Avx512F.ConvertToVector128Byte(level).Store(target);

    /// <summary>Stores 8 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> level, byte* target) => *(ulong*)target = Narrow(level).AsUInt64().ToScalar();

    /// <summary>Stores 4 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<int> level, byte* target)
    {
        Vector128<short> half = Vector128.Narrow(level, level);
        *(uint*)target = Vector128.Narrow(half, half).AsUInt32().ToScalar();
    }

    /// <summary>Stores 16 levels of each of four pixels; what is below 0 becomes 0, what is above <paramref name="most"/> becomes that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector512<int> level0, Vector512<int> level1, Vector512<int> level2, Vector512<int> level3, byte* target, int pixelBytes, byte most = byte.MaxValue)
    {
        Vector512<int> pixels = Pack(level0, level1, level2, level3, most);
        if (pixelBytes == 16)
        {
            pixels.AsByte().Store(target);
            return;
        }

        Avx512F.ExtractVector128(pixels, 0).AsByte().Store(target);
        Avx512F.ExtractVector128(pixels, 1).AsByte().Store(target + pixelBytes);
        Avx512F.ExtractVector128(pixels, 2).AsByte().Store(target + (2 * pixelBytes));
        Avx512F.ExtractVector128(pixels, 3).AsByte().Store(target + (3 * pixelBytes));
    }

    /// <summary>Stores 16 levels of each of two pixels in each of two rows; what is below 0 becomes 0, what is above <paramref name="most"/> becomes that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSquare(
        Vector512<int> level0, Vector512<int> level1, Vector512<int> level2, Vector512<int> level3, byte* target, int pixelBytes, int rowBytes, byte most = byte.MaxValue)
    {
        Vector512<int> pixels = Pack(level0, level1, level2, level3, most);
        Avx512F.ExtractVector128(pixels, 0).AsByte().Store(target);
        Avx512F.ExtractVector128(pixels, 1).AsByte().Store(target + pixelBytes);
        Avx512F.ExtractVector128(pixels, 2).AsByte().Store(target + rowBytes);
        Avx512F.ExtractVector128(pixels, 3).AsByte().Store(target + rowBytes + pixelBytes);
    }

    /// <summary>Stores 32 levels, two vectors of them, of each of two pixels; what is below 0 becomes 0, what is above <paramref name="most"/> becomes that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(
        Vector512<int> level0, Vector512<int> level1, Vector512<int> level2, Vector512<int> level3, byte* target, int pixelBytes, byte most = byte.MaxValue)
    {
        Vector512<byte> pixels = Pack(level0, level1, level2, level3, most).AsByte();
        pixels.GetLower().Store(target);
        pixels.GetUpper().Store(target + pixelBytes);
    }

    /// <summary>Stores 32 levels; what is below 0 becomes 0, what is above <paramref name="most"/> becomes that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(Vector512<int> level0, Vector512<int> level1, byte* target, byte most = byte.MaxValue)
    {
        Pack(level0, level1, level0, level1, most).AsByte().GetLower().Store(target);
    }

    /// <summary>Stores 8 levels of each of four pixels; what is below 0 becomes 0, what is above <paramref name="most"/> becomes that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector256<int> level0, Vector256<int> level1, Vector256<int> level2, Vector256<int> level3, byte* target, int pixelBytes, byte most = byte.MaxValue)
    {
        Vector256<byte> packed = Avx2.PackUnsignedSaturate(
            Avx2.PackSignedSaturate(level0, level1), Avx2.PackSignedSaturate(level2, level3));
        if (most < byte.MaxValue)
            packed = Vector256.Min(packed, Vector256.Create(most));
        Vector256<long> pixels = Avx2.PermuteVar8x32(packed.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsInt64();
        *(long*)target = pixels.GetElement(0);
        *(long*)(target + pixelBytes) = pixels.GetElement(1);
        *(long*)(target + (2 * pixelBytes)) = pixels.GetElement(2);
        *(long*)(target + (3 * pixelBytes)) = pixels.GetElement(3);
    }

    /// <summary>Stores the first 4, 8 or 12 of 16 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> level, byte* target, int count)
    {
        Vector128<byte> bytes = Avx512F.ConvertToVector128Byte(level);
        if (count == 4)
        {
            *(uint*)target = bytes.AsUInt32().ToScalar();
            return;
        }

        *(ulong*)target = bytes.AsUInt64().ToScalar();
        if (count == 12)
            *(uint*)(target + 8) = bytes.AsUInt32().GetElement(2);
    }

    /// <summary>Stores the first 4 of 8 levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> level, byte* target, int count) => *(uint*)target = Narrow(level).AsUInt32().ToScalar();

    /// <summary>Replaces half steps by levels, for codes whose levels are not even.</summary>
    /// <param name="halfSteps">Indices into <paramref name="levelByHalfStep"/>.</param>
    /// <param name="levelByHalfStep">The nearest level for every half step.</param>
    public static Vector512<int> Map(Vector512<int> halfSteps, byte* levelByHalfStep) =>
        Vector512.Create(Map(halfSteps.GetLower(), levelByHalfStep), Map(halfSteps.GetUpper(), levelByHalfStep));

    /// <inheritdoc cref="Map(Vector512{int}, byte*)"/>
    public static Vector256<int> Map(Vector256<int> halfSteps, byte* levelByHalfStep) =>
        Vector256.Create(Map(halfSteps.GetLower(), levelByHalfStep), Map(halfSteps.GetUpper(), levelByHalfStep));

    /// <inheritdoc cref="Map(Vector512{int}, byte*)"/>
    public static Vector128<int> Map(Vector128<int> halfSteps, byte* levelByHalfStep) => Vector128.Create(
        (int)levelByHalfStep[halfSteps.GetElement(0)],
        levelByHalfStep[halfSteps.GetElement(1)],
        levelByHalfStep[halfSteps.GetElement(2)],
        levelByHalfStep[halfSteps.GetElement(3)]);

    /// <summary>Zero-extends bytes to 16 bits, for products that need both operands there.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="target">Receives as many 16-bit integers, rounded up to 32.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* source, short* target, int count)
    {
        if (!Vector256.IsHardwareAccelerated)
        {
            for (int i = 0; i < count; i += Vector128<byte>.Count)
            {
                (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Load(source + i));
                lower.AsInt16().Store(target + i);
                upper.AsInt16().Store(target + i + Vector128<short>.Count);
            }

            return;
        }

        for (int i = 0; i < count; i += Vector256<byte>.Count)
        {
            (Vector256<ushort> lower, Vector256<ushort> upper) = Vector256.Widen(Vector256.Load(source + i));
            lower.AsInt16().Store(target + i);
            upper.AsInt16().Store(target + i + Vector256<short>.Count);
        }
    }

    // Packing works within 128 bits, four levels of each vector in turn: they are put behind each other after it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Pack(Vector512<int> level0, Vector512<int> level1, Vector512<int> level2, Vector512<int> level3, byte most)
    {
        Vector512<byte> packed = Avx512BW.PackUnsignedSaturate(
            Avx512BW.PackSignedSaturate(level0, level1), Avx512BW.PackSignedSaturate(level2, level3));
        if (most < byte.MaxValue)
            packed = Vector512.Min(packed, Vector512.Create(most));
        return Avx512F.PermuteVar16x32(packed.AsInt32(), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    }

    private static Vector128<byte> Narrow(Vector256<int> level)
    {
        Vector128<short> half = Sse2.PackSignedSaturate(level.GetLower(), level.GetUpper());
        return Sse2.PackUnsignedSaturate(half, half);
    }
}

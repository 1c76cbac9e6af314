using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BitKernelGen.Execution;

/// <summary>
/// What kernels that look up tables of weights need of vectors' lanes of 128 bits, each of which is 16 pixels: the parts that differ
/// by vector width and machine.
/// </summary>
public static unsafe class Lanes
{
    /// <summary>16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Load16(byte* source, int laneBytes) => Vector128.Load((uint*)source);

    /// <summary>16 bytes for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Load32(byte* source, int laneBytes) =>
        Vector256.Create(Vector128.Load((uint*)source), Vector128.Load((uint*)(source + laneBytes)));

    /// <inheritdoc cref="Load32"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Load64(byte* source, int laneBytes) =>
        Vector512.Create(Load32(source, laneBytes), Load32(source + (2 * laneBytes), laneBytes));

    /// <summary>The first halves of two lanes, element by element in turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> Low(Vector128<ushort> left, Vector128<ushort> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : (Vector128.WidenLower(left) | (Vector128.WidenLower(right) << 16)).AsUInt16();

    /// <summary>The second halves of two lanes, element by element in turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> High(Vector128<ushort> left, Vector128<ushort> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : (Vector128.WidenUpper(left) | (Vector128.WidenUpper(right) << 16)).AsUInt16();

    /// <inheritdoc cref="Low(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Low(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : (Vector128.WidenLower(left) | (Vector128.WidenLower(right) << 32)).AsUInt32();

    /// <inheritdoc cref="High(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> High(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : (Vector128.WidenUpper(left) | (Vector128.WidenUpper(right) << 32)).AsUInt32();

    /// <inheritdoc cref="Low(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Low(Vector128<ulong> left, Vector128<ulong> right) => Vector128.Create(left.GetLower(), right.GetLower());

    /// <inheritdoc cref="High(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> High(Vector128<ulong> left, Vector128<ulong> right) => Vector128.Create(left.GetUpper(), right.GetUpper());

    /// <inheritdoc cref="Low(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Low(Vector256<ushort> left, Vector256<ushort> right) => Avx2.UnpackLow(left, right);

    /// <inheritdoc cref="High(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> High(Vector256<ushort> left, Vector256<ushort> right) => Avx2.UnpackHigh(left, right);

    /// <inheritdoc cref="Low(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Low(Vector256<uint> left, Vector256<uint> right) => Avx2.UnpackLow(left, right);

    /// <inheritdoc cref="High(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> High(Vector256<uint> left, Vector256<uint> right) => Avx2.UnpackHigh(left, right);

    /// <inheritdoc cref="Low(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Low(Vector256<ulong> left, Vector256<ulong> right) => Avx2.UnpackLow(left, right);

    /// <inheritdoc cref="High(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> High(Vector256<ulong> left, Vector256<ulong> right) => Avx2.UnpackHigh(left, right);

    /// <inheritdoc cref="Low(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> Low(Vector512<ushort> left, Vector512<ushort> right) => Avx512BW.UnpackLow(left, right);

    /// <inheritdoc cref="High(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> High(Vector512<ushort> left, Vector512<ushort> right) => Avx512BW.UnpackHigh(left, right);

    /// <inheritdoc cref="Low(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Low(Vector512<uint> left, Vector512<uint> right) => Avx512F.UnpackLow(left, right);

    /// <inheritdoc cref="High(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> High(Vector512<uint> left, Vector512<uint> right) => Avx512F.UnpackHigh(left, right);

    /// <inheritdoc cref="Low(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Low(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.UnpackLow(left, right);

    /// <inheritdoc cref="High(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> High(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.UnpackHigh(left, right);

    /// <summary>Numbers of at most 255 to bytes: those of the first vector's lane, then those of the second's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Narrow(Vector128<ushort> first, Vector128<ushort> second) =>
        Sse2.IsSupported ? Sse2.PackUnsignedSaturate(first.AsInt16(), second.AsInt16()) : Vector128.Narrow(first, second);

    /// <inheritdoc cref="Narrow(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Narrow(Vector256<ushort> first, Vector256<ushort> second) => Avx2.PackUnsignedSaturate(first.AsInt16(), second.AsInt16());

    /// <inheritdoc cref="Narrow(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Narrow(Vector512<ushort> first, Vector512<ushort> second) => Avx512BW.PackUnsignedSaturate(first.AsInt16(), second.AsInt16());

    /// <summary>Stores four sums of a pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<uint> sums, int* target, int lane) => sums.AsInt32().Store(target);

    /// <summary>Stores four sums of a pixel for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<uint> sums, int* target, int lane)
    {
        sums.GetLower().AsInt32().Store(target);
        sums.GetUpper().AsInt32().Store(target + lane);
    }

    /// <inheritdoc cref="Store(Vector256{uint}, int*, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<uint> sums, int* target, int lane)
    {
        Store(sums.GetLower(), target, lane);
        Store(sums.GetUpper(), target + (2 * lane), lane);
    }

    /// <summary>Doubles four sums of a pixel and adds others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Vector128<uint> sums, int* target, int lane)
    {
        Vector128<int> sum = Vector128.Load(target);
        (sum + sum + sums.AsInt32()).Store(target);
    }

    /// <summary>Doubles four sums of a pixel for each lane and adds others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Vector256<uint> sums, int* target, int lane)
    {
        Add(sums.GetLower(), target, lane);
        Add(sums.GetUpper(), target + lane, lane);
    }

    /// <inheritdoc cref="Add(Vector256{uint}, int*, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Vector512<uint> sums, int* target, int lane)
    {
        Add(sums.GetLower(), target, lane);
        Add(sums.GetUpper(), target + (2 * lane), lane);
    }
}

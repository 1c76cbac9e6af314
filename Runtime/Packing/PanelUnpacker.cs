using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BitKernelGen.Packing;

/// <summary>
/// Weights of W bits, resident in blocks of 512 and expanded to bytes panel by panel. W is a sum of 4, 2 and 1: a block holds the
/// low 4 bits of its weights, two to a byte, then the next 2, four to a byte, then the last one, eight to a byte. Weight i sits
/// 64 weights from the ones that share its byte, so that a vector of bytes expands to vectors of neighbours.
/// </summary>
public static unsafe class PanelUnpacker
{
    /// <summary>Weights in a block.</summary>
    public const int Block = 512;

    /// <summary>Bytes that kernels may read past the end of a panel or buffer.</summary>
    public const int Slack = 64;

    private const int Lane = 64;

    /// <summary>Bytes that <paramref name="weights"/> take at <paramref name="bits"/> bits: whole blocks below 8 bits.</summary>
    public static int PackedBytes(int weights, int bits) => bits == 8 ? weights : (weights + Block - 1) / Block * (Block / 8) * bits;

    /// <summary>Packs weights.</summary>
    /// <param name="weights">Two's complement values that fit <paramref name="bits"/> bits, or ±1 for one bit.</param>
    /// <param name="bits">1 to 8.</param>
    /// <param name="target">Receives <see cref="PackedBytes"/> bytes; must hold zeros.</param>
    public static void Pack(ReadOnlySpan<sbyte> weights, int bits, byte* target)
    {
        if (bits == 8)
        {
            weights.CopyTo(new Span<sbyte>(target, weights.Length));
            return;
        }

        for (int i = 0; i < weights.Length; i++)
        {
            int value = bits == 1 ? (weights[i] + 1) / 2 : weights[i] & ((1 << bits) - 1);
            int position = i % Block, lane = position / Lane, column = position % Lane, taken = 0;
            byte* part = target + (i / Block * (Block / 8) * bits) + column;
            foreach (int width in (ReadOnlySpan<int>)[4, 2, 1])
            {
                if ((bits & width) == 0)
                    continue;
                int perByte = 8 / width;
                part[lane / perByte * Lane] |= (byte)(((value >> taken) & ((1 << width) - 1)) << (lane % perByte * width));
                part += width * Lane;
                taken += width;
            }
        }
    }

    /// <summary>Expands packed weights to bytes.</summary>
    /// <param name="packed">What <see cref="Pack"/> wrote.</param>
    /// <param name="bits">1 to 7.</param>
    /// <param name="weights">How many; whole blocks are written.</param>
    /// <param name="target">Receives them.</param>
    public static void Unpack(byte* packed, int bits, int weights, sbyte* target)
    {
        switch (bits)
        {
            case 1: Unpack<Bits1>(packed, weights, target); break;
            case 2: Unpack<Bits2>(packed, weights, target); break;
            case 3: Unpack<Bits3>(packed, weights, target); break;
            case 4: Unpack<Bits4>(packed, weights, target); break;
            case 5: Unpack<Bits5>(packed, weights, target); break;
            case 6: Unpack<Bits6>(packed, weights, target); break;
            default: Unpack<Bits7>(packed, weights, target); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack<TBits>(byte* packed, int weights, sbyte* target)
        where TBits : struct, IBits
    {
        for (int i = 0; i < weights; i += Block, packed += Block / 8 * TBits.Value, target += Block)
        {
            // Written out, so that shifts and parts are constants for each lane.
            UnpackLane<TBits>(packed, 0, target);
            UnpackLane<TBits>(packed, 1, target);
            UnpackLane<TBits>(packed, 2, target);
            UnpackLane<TBits>(packed, 3, target);
            UnpackLane<TBits>(packed, 4, target);
            UnpackLane<TBits>(packed, 5, target);
            UnpackLane<TBits>(packed, 6, target);
            UnpackLane<TBits>(packed, 7, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UnpackLane<TBits>(byte* packed, int lane, sbyte* target)
        where TBits : struct, IBits
    {
        byte* to = (byte*)target + (lane * Lane);
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> value = Vector512<byte>.Zero;
            if ((TBits.Value & 4) != 0)
                value = Part(Vector512.Load(packed + (lane / 2 * Lane)), lane % 2 * 4, 15);
            if ((TBits.Value & 2) != 0)
                value |= (Part(Vector512.Load(packed + TwosAt<TBits>() + (lane / 4 * Lane)), lane % 4 * 2, 3).AsUInt16() << (TBits.Value & 4)).AsByte();
            if ((TBits.Value & 1) != 0)
                value |= (Part(Vector512.Load(packed + OnesAt<TBits>()), lane, 1).AsUInt16() << (TBits.Value & 6)).AsByte();
            Vector512<byte> sign = Vector512.Create((byte)(1 << (TBits.Value - 1)));
            (TBits.Value == 1 ? value + value - sign : (value ^ sign) - sign).Store(to);
        }
        else
        {
            for (int column = 0; column < Lane; column += Vector128<byte>.Count)
            {
                byte* from = packed + column;
                Vector128<byte> value = Vector128<byte>.Zero;
                if ((TBits.Value & 4) != 0)
                    value = Part(Vector128.Load(from + (lane / 2 * Lane)), lane % 2 * 4, 15);
                if ((TBits.Value & 2) != 0)
                    value |= (Part(Vector128.Load(from + TwosAt<TBits>() + (lane / 4 * Lane)), lane % 4 * 2, 3).AsUInt16() << (TBits.Value & 4)).AsByte();
                if ((TBits.Value & 1) != 0)
                    value |= (Part(Vector128.Load(from + OnesAt<TBits>()), lane, 1).AsUInt16() << (TBits.Value & 6)).AsByte();
                Vector128<byte> sign = Vector128.Create((byte)(1 << (TBits.Value - 1)));
                (TBits.Value == 1 ? value + value - sign : (value ^ sign) - sign).Store(to + column);
            }
        }
    }

    private static int TwosAt<TBits>()
        where TBits : struct, IBits => (TBits.Value & 4) * Lane;

    private static int OnesAt<TBits>()
        where TBits : struct, IBits => (TBits.Value & 6) * Lane;

    // There is no shift of bytes: what a 16-bit shift carries over from the neighbour is masked away.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Part(Vector512<byte> bytes, int shift, byte mask) => (bytes.AsUInt16() >>> shift).AsByte() & Vector512.Create(mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Part(Vector128<byte> bytes, int shift, byte mask) => (bytes.AsUInt16() >>> shift).AsByte() & Vector128.Create(mask);

    private interface IBits
    {
        static abstract int Value { get; }
    }

    private readonly struct Bits1 : IBits
    {
        public static int Value => 1;
    }

    private readonly struct Bits2 : IBits
    {
        public static int Value => 2;
    }

    private readonly struct Bits3 : IBits
    {
        public static int Value => 3;
    }

    private readonly struct Bits4 : IBits
    {
        public static int Value => 4;
    }

    private readonly struct Bits5 : IBits
    {
        public static int Value => 5;
    }

    private readonly struct Bits6 : IBits
    {
        public static int Value => 6;
    }

    private readonly struct Bits7 : IBits
    {
        public static int Value => 7;
    }
}

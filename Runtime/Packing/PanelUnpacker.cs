using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<sbyte> weights, int bits, byte* target)
    {
        if (bits == 8)
        {
            weights.CopyTo(new Span<sbyte>(target, weights.Length));
            return;
        }

        for (int i = 0; i < weights.Length; i += Lane)
        {
            byte* part = target + (i / Block * (Block / 8) * bits);
            PackLane(weights.Slice(i, Math.Min(Lane, weights.Length - i)), bits, i % Block / Lane, part);
        }
    }

    /// <summary>Adds the weights of a lane to the bytes that they share with the other lanes of their block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackLane(ReadOnlySpan<sbyte> weights, int bits, int lane, byte* part)
    {
        // ±1 becomes 1 and 0.
        int signs = bits == 1 ? 1 : 0, taken = signs;
        for (int width = 4; width > 0; part += (bits & width) * Lane, taken += bits & width, width /= 2)
        {
            if ((bits & width) == 0)
                continue;
            int perByte = 8 / width, shift = lane % perByte * width, mask = (1 << width) - 1;
            byte* bytes = part + (lane / perByte * Lane);
            int column = 0;
            for (; column <= weights.Length - Vector128<byte>.Count; column += Vector128<byte>.Count)
            {
                Vector128<byte> value = Vector128.Create(weights[column..]).AsByte() + Vector128.Create((byte)signs);
                (Vector128.Load(bytes + column) | (((value >>> taken) & Vector128.Create((byte)mask)) << shift)).Store(bytes + column);
            }

            for (; column < weights.Length; column++)
                bytes[column] |= (byte)((((weights[column] + signs) >> taken) & mask) << shift);
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

    /// <summary>Cuts weights into halves, 16 · high + low, of −8 to 8 and of −8 to 7.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="count">How many; whole vectors of 32 are read and written.</param>
    /// <param name="high">Receives the high halves; may be where the weights are.</param>
    /// <param name="low">Receives the low halves.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Halve(sbyte* weights, int count, sbyte* high, sbyte* low)
    {
        for (int i = 0; i < count; i += Vector256<byte>.Count)
        {
            Vector256<byte> weight = Vector256.Load((byte*)weights + i);

            // (weight + 8) / 16, rounded down, without a carry out of 8 bits; there is no shift of bytes with their sign.
            Vector256<byte> half = (((weight.AsUInt16() >>> 1).AsByte() & Vector256.Create((byte)0x7F)) ^ Vector256.Create((byte)0x40)) - Vector256.Create((byte)(0x40 - 4));
            Vector256<byte> sixteenth = (((half.AsUInt16() >>> 3).AsByte() & Vector256.Create((byte)0x1F)) ^ Vector256.Create((byte)0x10)) - Vector256.Create((byte)0x10);
            sixteenth.Store((byte*)high + i);
            (weight - ((sixteenth.AsUInt16() << 4).AsByte() & Vector256.Create((byte)0xF0))).Store((byte*)low + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack<TBits>(byte* packed, int weights, sbyte* target)
        where TBits : unmanaged
    {
        for (int i = 0; i < weights; i += Block, packed += Block / 8 * sizeof(TBits), target += Block)
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
        where TBits : unmanaged
    {
        byte* to = (byte*)target + (lane * Lane);
        if (Avx512BW.IsSupported)
        {
            Vector512<byte> value = Vector512<byte>.Zero;
            if ((sizeof(TBits) & 4) != 0)
                value = Part(Vector512.Load(packed + (lane / 2 * Lane)), lane % 2 * 4, 15);
            if ((sizeof(TBits) & 2) != 0)
                value |= (Part(Vector512.Load(packed + TwosAt<TBits>() + (lane / 4 * Lane)), lane % 4 * 2, 3).AsUInt16() << (sizeof(TBits) & 4)).AsByte();
            if ((sizeof(TBits) & 1) != 0)
                value |= (Part(Vector512.Load(packed + OnesAt<TBits>()), lane, 1).AsUInt16() << (sizeof(TBits) & 6)).AsByte();
            Vector512<byte> sign = Vector512.Create((byte)(1 << (sizeof(TBits) - 1)));
            (sizeof(TBits) == 1 ? value + value - sign : (value ^ sign) - sign).Store(to);
        }
        else
        {
            for (int column = 0; column < Lane; column += Vector128<byte>.Count)
            {
                byte* from = packed + column;
                Vector128<byte> value = Vector128<byte>.Zero;
                if ((sizeof(TBits) & 4) != 0)
                    value = Part(Vector128.Load(from + (lane / 2 * Lane)), lane % 2 * 4, 15);
                if ((sizeof(TBits) & 2) != 0)
                    value |= (Part(Vector128.Load(from + TwosAt<TBits>() + (lane / 4 * Lane)), lane % 4 * 2, 3).AsUInt16() << (sizeof(TBits) & 4)).AsByte();
                if ((sizeof(TBits) & 1) != 0)
                    value |= (Part(Vector128.Load(from + OnesAt<TBits>()), lane, 1).AsUInt16() << (sizeof(TBits) & 6)).AsByte();
                Vector128<byte> sign = Vector128.Create((byte)(1 << (sizeof(TBits) - 1)));
                (sizeof(TBits) == 1 ? value + value - sign : (value ^ sign) - sign).Store(to + column);
            }
        }
    }

    private static int TwosAt<TBits>()
        where TBits : unmanaged => (sizeof(TBits) & 4) * Lane;

    private static int OnesAt<TBits>()
        where TBits : unmanaged => (sizeof(TBits) & 6) * Lane;

    // There is no shift of bytes: what a 16-bit shift carries over from the neighbour is masked away.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Part(Vector512<byte> bytes, int shift, byte mask) => (bytes.AsUInt16() >>> shift).AsByte() & Vector512.Create(mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Part(Vector128<byte> bytes, int shift, byte mask) => (bytes.AsUInt16() >>> shift).AsByte() & Vector128.Create(mask);

    // The size of each is the bits that it stands for: the JIT knows sizeof when it imports a method, where the value of a
    // static member is not a constant yet; shifts by it would go through memory.
    [StructLayout(LayoutKind.Sequential, Size = 1)]
    private readonly struct Bits1;

    [StructLayout(LayoutKind.Sequential, Size = 2)]
    private readonly struct Bits2;

    [StructLayout(LayoutKind.Sequential, Size = 3)]
    private readonly struct Bits3;

    [StructLayout(LayoutKind.Sequential, Size = 4)]
    private readonly struct Bits4;

    [StructLayout(LayoutKind.Sequential, Size = 5)]
    private readonly struct Bits5;

    [StructLayout(LayoutKind.Sequential, Size = 6)]
    private readonly struct Bits6;

    [StructLayout(LayoutKind.Sequential, Size = 7)]
    private readonly struct Bits7;
}

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
    /// <param name="target">Receives them, at a multiple of 64.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* packed, int bits, int weights, sbyte* target)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            for (int i = 0; i < weights; i += Block, packed += Block / 8 * bits)
                UnpackBlock512(packed, bits, (byte*)target + i);
        }
        else
        {
            for (int i = 0; i < weights; i += Block, packed += Block / 8 * bits)
            {
                for (int column = 0; column < Lane; column += Vector128<byte>.Count)
                    UnpackColumn128(packed + column, bits, (byte*)target + i + column);
            }
        }
    }

    private static void UnpackBlock512(byte* packed, int bits, byte* target)
    {
        for (int lane = 0; lane < Block / Lane; lane++)
        {
            Vector512<byte> value = Vector512<byte>.Zero;
            byte* part = packed;
            int taken = 0;
            if ((bits & 4) != 0)
            {
                value = (Vector512.Load(part + (lane / 2 * Lane)).AsUInt16() >>> (lane % 2 * 4)).AsByte() & Vector512.Create((byte)15);
                part += 4 * Lane;
                taken = 4;
            }

            if ((bits & 2) != 0)
            {
                Vector512<byte> two = (Vector512.Load(part + (lane / 4 * Lane)).AsUInt16() >>> (lane % 4 * 2)).AsByte() & Vector512.Create((byte)3);
                value |= (two.AsUInt16() << taken).AsByte();
                part += 2 * Lane;
                taken += 2;
            }

            if ((bits & 1) != 0)
            {
                Vector512<byte> one = (Vector512.Load(part).AsUInt16() >>> lane).AsByte() & Vector512.Create((byte)1);
                value |= (one.AsUInt16() << taken).AsByte();
            }

            Vector512<byte> sign = Vector512.Create((byte)(1 << (bits - 1)));
            Vector512<byte> signed = bits == 1 ? value + value - sign : (value ^ sign) - sign;
            signed.Store(target + (lane * Lane));
        }
    }

    private static void UnpackColumn128(byte* packed, int bits, byte* target)
    {
        for (int lane = 0; lane < Block / Lane; lane++)
        {
            Vector128<byte> value = Vector128<byte>.Zero;
            byte* part = packed;
            int taken = 0;
            if ((bits & 4) != 0)
            {
                value = (Vector128.Load(part + (lane / 2 * Lane)).AsUInt16() >>> (lane % 2 * 4)).AsByte() & Vector128.Create((byte)15);
                part += 4 * Lane;
                taken = 4;
            }

            if ((bits & 2) != 0)
            {
                Vector128<byte> two = (Vector128.Load(part + (lane / 4 * Lane)).AsUInt16() >>> (lane % 4 * 2)).AsByte() & Vector128.Create((byte)3);
                value |= (two.AsUInt16() << taken).AsByte();
                part += 2 * Lane;
                taken += 2;
            }

            if ((bits & 1) != 0)
            {
                Vector128<byte> one = (Vector128.Load(part).AsUInt16() >>> lane).AsByte() & Vector128.Create((byte)1);
                value |= (one.AsUInt16() << taken).AsByte();
            }

            Vector128<byte> sign = Vector128.Create((byte)(1 << (bits - 1)));
            Vector128<byte> signed = bits == 1 ? value + value - sign : (value ^ sign) - sign;
            signed.Store(target + (lane * Lane));
        }
    }
}

using System.Buffers.Binary;

namespace BitKernelGen.Fuzz.Mutation;

/// <summary>Changes that know nothing of a format.</summary>
internal static class ByteMutator
{
    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 127, 128, 255, 256, short.MaxValue, short.MinValue, ushort.MaxValue, 65536, int.MaxValue, int.MinValue, uint.MaxValue,
        1L << 32, long.MaxValue, long.MinValue, 0x7FC00000, 0x7F800000, 0x00000001, 100, 1000, 1 << 20, 1 << 28,
    ];

    public static byte[] Mutate(byte[] input, Random random)
    {
        if (input.Length == 0)
            return [(byte)random.Next(256)];
        int at = random.Next(input.Length), length = Math.Min(input.Length - at, 1 + random.Next(random.Next(4) == 0 ? 64 : 8));
        byte[] changed = [.. input];
        switch (random.Next(9))
        {
            case 0:
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                changed[at] = (byte)random.Next(256);
                return changed;
            case 2:
                WriteNumber(changed.AsSpan(at), random);
                return changed;
            case 3:
                return [.. input[..at], .. input[(at + length)..]];
            case 4:
                return [.. input[..(at + length)], .. input[at..]];
            case 5:
                return input[..at];
            case 6:
                int from = random.Next(input.Length - length + 1);
                input.AsSpan(from, length).CopyTo(changed.AsSpan(at));
                return changed;
            case 7:
                var noise = new byte[length];
                random.NextBytes(noise);
                return [.. input[..at], .. noise, .. input[at..]];
            default:
                changed[at] = (byte)(changed[at] + random.Next(-3, 4));
                return changed;
        }
    }

    private static void WriteNumber(Span<byte> target, Random random)
    {
        long number = Numbers[random.Next(Numbers.Length)];
        Span<byte> bytes = stackalloc byte[8];
        bool isBig = random.Next(2) == 0;
        int size = 1 << random.Next(4);
        if (isBig)
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        else
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        bytes = isBig ? bytes[(8 - size)..] : bytes[..size];
        bytes[..Math.Min(bytes.Length, target.Length)].CopyTo(target);
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Fuzz.Mutation;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>The idx reader, with and without gzip.</summary>
internal sealed class IdxTarget(bool isCompressed) : DataTarget("idx", new SampleShape(4, 3, 1))
{
    // Deflate makes at most 1032 bytes of one, which are collected in a buffer that doubles.
    private const int LargestRatio = 1032;

    public override string Name => isCompressed ? "idx-gz" : "idx";

    public override long Multiple => isCompressed ? 4 * LargestRatio : 8;

    public override IReadOnlyList<byte[]> Seeds { get; } = [Packed([0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 3, .. new byte[60]], isCompressed)];

    public override byte[] Mutate(byte[] input, Random random)
    {
        if (!isCompressed)
            return MutateHeader(input, random);
        byte[]? plain = random.Next(3) == 0 ? null : Unpacked(input);
        return plain is null ? ByteMutator.Mutate(input, random) : Packed(MutateHeader(plain, random), isCompressed);
    }

    private static byte[] MutateHeader(byte[] input, Random random)
    {
        if (random.Next(2) == 0 || input.Length < 16)
            return ByteMutator.Mutate(input, random);
        byte[] changed = [.. input];
        int[] numbers = [0, 1, 3, 4, 5, -1, 60, int.MaxValue, int.MinValue, 1 << 16, 1 << 30];
        BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(4 * random.Next(1, 4)), numbers[random.Next(numbers.Length)]);
        return changed;
    }

    private static byte[] Packed(byte[] bytes, bool isCompressed)
    {
        if (!isCompressed)
            return bytes;
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[]? Unpacked(byte[] bytes)
    {
        try
        {
            var plain = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            gzip.CopyTo(plain);
            return plain.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

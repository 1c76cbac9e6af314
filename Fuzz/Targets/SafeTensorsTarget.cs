using System.Buffers.Binary;
using BitKernelGen.Fuzz.Mutation;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>The safetensors reader, and a layer in what it accepts.</summary>
internal sealed class SafeTensorsTarget : FuzzTarget
{
    private static readonly string[] Words =
    [
        "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "\"U8\"", "\"F32\"", "\"I64\"", "\"BF16\"", "\"format\"", "\"first.weight\"",
    ];

    public override string Name => "safetensors";

    public override long Multiple => 100;

    public override IReadOnlyList<byte[]> Seeds { get; } = [FuzzNetwork.Fast.Weights];

    public override bool Read(byte[] input)
    {
        try
        {
            SafeTensors file = SafeTensors.Read(input);
            return QuantizedLayer.Read(file, "first", outputs: 16, inputs: 36, bits: 8).Outputs == 16;
        }
        catch (WeightsException)
        {
            return false;
        }
    }

    public override byte[] Mutate(byte[] input, Random random) => MutateHeader(input, random);

    /// <summary>Mutates the header and, most of the time, keeps its length true.</summary>
    public static byte[] MutateHeader(byte[] input, Random random)
    {
        if (random.Next(4) == 0 || !HasHeader(input, out int length))
            return ByteMutator.Mutate(input, random);
        byte[] header = TextMutator.Mutate(input[sizeof(long)..(sizeof(long) + length)], random, Words);
        if (random.Next(8) != 0)
            BinaryPrimitives.WriteInt64LittleEndian(input = [.. input], input.Length >= sizeof(long) ? header.Length : 0);
        return [.. input[..sizeof(long)], .. header, .. input[(sizeof(long) + length)..]];
    }

    /// <summary>Whether there is a header of the length that is claimed.</summary>
    public static bool HasHeader(byte[] input, out int length)
    {
        long claimed = input.Length >= sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(input) : -1;
        length = claimed >= 0 && claimed <= input.Length - sizeof(long) ? (int)claimed : -1;
        return length >= 0;
    }
}

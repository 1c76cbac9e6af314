using System.Buffers.Binary;
using System.Text;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Fuzz.Mutation;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>The reader of NumPy arrays, as samples and as labels.</summary>
internal sealed class NpyTarget() : DataTarget("npy", new SampleShape(2, 2, 3))
{
    private const int Prefix = 10;
    private static readonly string[] Words = ["'descr'", "'<f4'", "'|u1'", "'<i8'", "'>f4'", "'|O'", "'fortran_order'", "True", "False", "'shape'", "(5,)", "(5, 2, 2, 3)", "()"];

    public override string Name => "npy";

    public override long Multiple => 400;

    public override IReadOnlyList<byte[]> Seeds { get; } =
        [Array("<f4", "(5, 2, 2, 3)", 240), Array("|u1", "(5, 2, 2, 3)", 60), Array("<i8", "(5,)", 40), Array("|u1", "(5,)", 5)];

    /// <summary>A vector is read as the labels of five samples.</summary>
    protected override string Write(string folder, byte[] input)
    {
        string text = base.Write(folder, input);
        bool isVector = Encoding.Latin1.GetString(input, 0, Math.Min(input.Length, 128)).Contains("(5,)", StringComparison.Ordinal);
        if (!isVector)
            return text;
        string samples = Path.Combine(folder, "samples");
        File.WriteAllBytes(samples, Seeds[1]);
        return $"npy:{samples},{text["npy:".Length..]}";
    }

    public override byte[] Mutate(byte[] input, Random random)
    {
        int length = input.Length > Prefix ? BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(8)) : int.MaxValue;
        if (random.Next(3) == 0 || length > input.Length - Prefix)
            return ByteMutator.Mutate(input, random);
        byte[] header = TextMutator.Mutate(input[Prefix..(Prefix + length)], random, Words);
        byte[] changed = [.. input[..Prefix], .. header, .. input[(Prefix + length)..]];
        BinaryPrimitives.WriteUInt16LittleEndian(changed.AsSpan(8), (ushort)header.Length);
        return changed;
    }

    private static byte[] Array(string type, string shape, int bytes)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        var data = new byte[bytes];
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. data];
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace BitKernelGen.TestNetworks;

/// <summary>Writes weights files, without any of the code that reads them.</summary>
internal sealed class WeightsWriter
{
    private readonly MemoryStream _data = new();
    private readonly StringBuilder _header = new("""{"__metadata__":{"format":"bitprofile-weights/1"}""");

    public void Add(string layer, sbyte[] values, int bits, float[] scale, float[] bias)
    {
        int outputs = scale.Length, inputs = values.Length / outputs, rowBytes = ((inputs * bits) + 7) / 8;
        var packed = new byte[outputs * rowBytes];
        for (int i = 0; i < values.Length; i++)
        {
            int stored = bits == 1 ? (values[i] + 1) / 2 : values[i];
            for (int bit = 0; bit < bits; bit++)
            {
                int position = (i % inputs * bits) + bit;
                packed[(i / inputs * rowBytes) + (position / 8)] |= (byte)((stored >> bit & 1) << (position % 8));
            }
        }

        Add($"{layer}.weight", "U8", $"{outputs},{rowBytes}", packed);
        Add($"{layer}.scale", "F32", $"{outputs}", MemoryMarshal.AsBytes(scale.AsSpan()));
        Add($"{layer}.bias", "F32", $"{outputs}", MemoryMarshal.AsBytes(bias.AsSpan()));
    }

    public void AddSlopes(string layer, float[] slopes) =>
        Add($"{layer}.slope", "F32", $"{slopes.Length}", MemoryMarshal.AsBytes(slopes.AsSpan()));

    public byte[] ToArray()
    {
        byte[] header = Encoding.UTF8.GetBytes(_header + "}");
        var length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. _data.ToArray()];
    }

    private void Add(string name, string dtype, string shape, ReadOnlySpan<byte> bytes)
    {
        _header.Append($$""","{{name}}":{"dtype":"{{dtype}}","shape":[{{shape}}],"data_offsets":[{{_data.Length}},{{_data.Length + bytes.Length}}]}""");
        _data.Write(bytes);
    }
}

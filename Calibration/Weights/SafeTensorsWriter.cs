using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace BitKernelGen.Calibration.Weights;

/// <summary>Writes the weights file that <see cref="SafeTensors"/> and <see cref="QuantizedLayer"/> read. Equal layers, equal bytes.</summary>
public sealed class SafeTensorsWriter
{
    private const string Format = "bitprofile-weights/1";
    private const int HeaderAlignment = 8;

    private readonly List<Entry> _entries = [];

    /// <summary>Adds a layer's weights, packed, with their scale and bias.</summary>
    public void Add(string layer, LayerWeights weights)
    {
        int rowBytes = ((weights.Inputs * weights.Bits) + 7) / 8;
        _entries.Add(new Entry($"{layer}.weight", "U8", [weights.Outputs, rowBytes], Pack(weights, rowBytes)));
        _entries.Add(new Entry($"{layer}.scale", "F32", [weights.Outputs], Bytes(weights.Scale)));
        _entries.Add(new Entry($"{layer}.bias", "F32", [weights.Outputs], Bytes(weights.Bias)));
    }

    /// <summary>Adds prelu's factors below 0, one for each output of a layer.</summary>
    public void AddSlopes(string layer, float[] slopes) => _entries.Add(new Entry($"{layer}.slope", "F32", [slopes.Length], Bytes(slopes)));

    /// <summary>The file.</summary>
    public byte[] ToArray()
    {
        // Floats before bytes: every float is aligned without a gap.
        Entry[] ordered = [.. _entries.OrderBy(entry => entry.Type == "U8")];
        byte[] header = Header(ordered);
        var file = new byte[sizeof(ulong) + header.Length + ordered.Sum(entry => entry.Data.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file, sizeof(ulong));
        int end = sizeof(ulong) + header.Length;
        foreach (Entry entry in ordered)
        {
            entry.Data.CopyTo(file, end);
            end += entry.Data.Length;
        }

        return file;
    }

    private static byte[] Header(Entry[] entries)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", Format);
            json.WriteEndObject();
            long begin = 0;
            foreach (Entry entry in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", entry.Type);
                WriteNumbers(json, "shape", entry.Shape.Select(dimension => (long)dimension));
                WriteNumbers(json, "data_offsets", [begin, begin + entry.Data.Length]);
                json.WriteEndObject();
                begin += entry.Data.Length;
            }

            json.WriteEndObject();
        }

        int padding = (HeaderAlignment - (int)(buffer.Length % HeaderAlignment)) % HeaderAlignment;
        buffer.Write(Encoding.ASCII.GetBytes(new string(' ', padding)));
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static byte[] Pack(LayerWeights weights, int rowBytes)
    {
        int bits = weights.Bits, mask = (1 << bits) - 1;
        var packed = new byte[weights.Outputs * rowBytes];
        for (int output = 0; output < weights.Outputs; output++)
        {
            Span<byte> row = packed.AsSpan(output * rowBytes, rowBytes);
            ReadOnlySpan<sbyte> values = weights.Values.AsSpan(output * weights.Inputs, weights.Inputs);
            for (int i = 0; i < values.Length; i++)
            {
                int field = (bits == 1 ? (values[i] > 0 ? 1 : 0) : values[i]) & mask;
                int at = i * bits;
                row[at >> 3] |= (byte)(field << (at & 7));
                if ((at & 7) + bits > 8)
                    row[(at >> 3) + 1] |= (byte)(field >> (8 - (at & 7)));
            }
        }

        return packed;
    }

    private static byte[] Bytes(float[] values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return bytes;
    }

    private sealed record Entry(string Name, string Type, int[] Shape, byte[] Data);
}

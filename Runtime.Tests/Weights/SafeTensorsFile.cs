using System.Buffers.Binary;
using System.Text;

namespace BitKernelGen.Runtime.Tests;

/// <summary>Writes safetensors files, good ones and bad ones.</summary>
internal static class SafeTensorsFile
{
    public static byte[] FromHeader(string header, int dataBytes) => FromHeader(Encoding.UTF8.GetBytes(header), new byte[dataBytes]);

    public static byte[] FromHeader(byte[] header, byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    public static byte[] FromTensors(params (string Name, string Dtype, int[] Shape, byte[] Data)[] tensors)
    {
        var entries = new List<string>();
        int end = 0;
        foreach ((string name, string dtype, int[] shape, byte[] data) in tensors)
        {
            entries.Add(
                $$"""
                "{{name}}":{"dtype":"{{dtype}}","shape":[{{string.Join(',', shape)}}],"data_offsets":[{{end}},{{end + data.Length}}]}
                """);
            end += data.Length;
        }

        return FromHeader(
            Encoding.UTF8.GetBytes("{" + string.Join(',', entries) + "}"), [.. tensors.SelectMany(tensor => tensor.Data)]);
    }

    public static (string Name, string Dtype, int[] Shape, byte[] Data) Floats(string name, params float[] values)
    {
        var data = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * sizeof(float)), values[i]);
        return (name, "F32", [values.Length], data);
    }
}

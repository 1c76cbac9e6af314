using System.Buffers.Binary;
using BitKernelGen.Runtime.Tests;

namespace BitKernelGen.Tool.Tests;

/// <summary>A folder with a profile of one layer, its weights and a few samples.</summary>
internal sealed class TinyModel : IDisposable
{
    public const int Samples = 7;

    public TinyModel()
    {
        Folder = Directory.CreateTempSubdirectory("bitkernel").FullName;
        byte[] weights = SafeTensorsFile.FromTensors(
            ("dense1.weight", "U8", [3, 4], [1, 2, 3, 4, 0xFF, 0xFE, 0xFD, 0xFC, 127, 0, 0, 0x81]),
            SafeTensorsFile.Floats("dense1.scale", 0.5f, 0.25f, 0.125f),
            SafeTensorsFile.Floats("dense1.bias", 0, -1, 1));
        File.WriteAllBytes(WeightsPath, weights);
        File.WriteAllText(ProfilePath, Text.Replace("SHA256", SafeTensors.Read(weights).Sha256));

        var random = new Random(1);
        WriteIdx("images", [Samples, 2, 2], () => (byte)random.Next(256));
        WriteIdx("labels", [Samples], () => (byte)random.Next(3));
    }

    public const string Text =
        """
        format = "bitprofile/1"
        name = "Tiny"

        [weights]
        file = "Tiny.safetensors"
        sha256 = "SHA256"

        [input]
        shape = [2, 2, 1]
        mean = [0.5]
        std = [0.25]
        code = { bits = 8, step = 0.0157, zero = 128 }

        [[layer]]
        name = "dense1"
        op = "dense"
        input = ["input"]
        channels = 3
        weight = { bits = 8 }

        [output]
        from = "dense1"
        """;

    public string Folder { get; }

    public string ProfilePath => Path.Combine(Folder, "Tiny.bitprofile");

    public string WeightsPath => Path.Combine(Folder, "Tiny.safetensors");

    public string Data => $"idx:{Path.Combine(Folder, "images")},{Path.Combine(Folder, "labels")}";

    public void Edit(string old, string replacement)
    {
        string text = File.ReadAllText(ProfilePath);
        Assert.Contains(old, text);
        File.WriteAllText(ProfilePath, text.Replace(old, replacement));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void WriteIdx(string name, int[] shape, Func<byte> next)
    {
        byte[] header = [0, 0, 8, (byte)shape.Length, .. shape.SelectMany(BigEndian)];
        int length = shape.Aggregate((product, dimension) => product * dimension);
        File.WriteAllBytes(Path.Combine(Folder, name), [.. header, .. Enumerable.Range(0, length).Select(_ => next())]);
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}

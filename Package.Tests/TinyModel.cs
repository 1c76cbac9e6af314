using System.Security.Cryptography;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Calibration.Weights;
using BitKernelGen.Profiles;

namespace BitKernelGen.Package.Tests;

/// <summary>A model of one dense layer of four inputs and three outputs.</summary>
/// <param name="Name">The class.</param>
/// <param name="Scale">The scale of its weights, which makes it another model.</param>
internal sealed record TinyModel(string Name, float Scale)
{
    private static readonly float[] Input = [0.5f, -1, 2, 0.25f];

    /// <summary>C# that runs it on an input and prints the bits of the outputs.</summary>
    public static string Print(string model) =>
        $$"""
        using (var model = {{model}}.Load())
        {
            var output = new float[{{model}}.OutputLength];
            model.Run(new[] { 0.5f, -1f, 2f, 0.25f }, output);
            System.Console.WriteLine("{{model}} " + string.Join(' ', System.Array.ConvertAll(output, System.BitConverter.SingleToInt32Bits)));
        }

        """;

    /// <summary>What that must print.</summary>
    public string Expected(string model)
    {
        byte[] weights = Weights();
        float[] output = new ReferenceExecutor(ProfileReader.Read(Profile(weights)).Network!, SafeTensors.Read(weights)).Run(Input);
        return $"{model} {string.Join(' ', output.Select(BitConverter.SingleToInt32Bits))}";
    }

    /// <summary>Writes profile and weights.</summary>
    /// <param name="path">Without extension.</param>
    public void Write(string path)
    {
        byte[] weights = Weights();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText($"{path}.bitprofile", Profile(weights));
        File.WriteAllBytes($"{path}.safetensors", weights);
    }

    private byte[] Weights()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("dense", new LayerWeights(4, [1, -2, 3, -4, 5, -6, 7, -7, 0, 1, 2, 3], [Scale, Scale, Scale], [0.1f, 0, -0.1f]));
        return writer.ToArray();
    }

    private string Profile(byte[] weights) =>
        $$"""
        format = "bitprofile/1"
        name = "{{Name}}"

        [weights]
        file = "{{Name}}.safetensors"
        sha256 = "{{Convert.ToHexStringLower(SHA256.HashData(weights))}}"

        [input]
        shape = [2, 2, 1]
        mean = [0.5]
        std = [0.25]
        code = { bits = 8, step = 0.02, zero = 128 }

        [[layer]]
        name = "dense"
        op = "dense"
        input = ["input"]
        channels = 3
        weight = { bits = 4 }

        [output]
        from = "dense"
        labels = ["a", "b", "c"]

        """;
}

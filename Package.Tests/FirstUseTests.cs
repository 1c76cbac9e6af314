using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Calibration.Tests;
using BitKernelGen.Calibration.Tests.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Package.Tests;

/// <summary>A developer's first quarter of an hour: the tool, a quantized network, a new project, the package, predictions.</summary>
[Collection(PackagesCollection.Name)]
public class FirstUseTests(Packages packages)
{
    private const int Images = 50;

    /// <summary>The trained network where it is to be had, else one of its shape whose weights mean nothing: the bits must be right all the same.</summary>
    [Fact]
    public void FromAModelToPredictions()
    {
        string images = Path.Combine(Packages.Repository, "Sample.Models", "Data", "t10k-images-idx3-ubyte.gz");
        string folder = packages.CreateFolder("first-use"), project = Path.Combine(folder, "First");
        string model = SharedData.Find("models/fashion_cnn.onnx") ?? WriteUntrained(Path.Combine(folder, "untrained.onnx"));

        packages.Run(folder, "tool", "install", "BitKernelGen.Tool", "--version", Packages.Version, "--tool-path", "tools");
        packages.Run(folder, "new", "console", "-o", "First", "--no-restore");
        packages.Run(project, "add", "package", "BitKernelGen", "--version", Packages.Version);
        DotNet.Run(
            Path.Combine(folder, "tools", OperatingSystem.IsWindows() ? "bitkernel.exe" : "bitkernel"), project, new Dictionary<string, string>(),
            "quantize", model, "--data", $"idx:{images}", "--samples", "32", "--bits", "4", "--weight-bits", "8",
            "--mean", "0.2860", "--std", "0.3530", "--name", "Fashion", "-o", "Models");

        ProfileReading profile = ProfileReader.Read(File.ReadAllText(Path.Combine(project, "Models", "Fashion.bitprofile")));
        var reference = new ReferenceExecutor(profile.Network!, SafeTensors.ReadFile(Path.Combine(project, "Models", "Fashion.safetensors")));
        using DataSource source = DataSource.Open($"idx:{images}", new SampleShape(28, 28, 1));
        InputNormalization normalization = Normalizer.Of(profile.Network!.Profile.Input, channels: 1);
        Sample[] samples = [.. Enumerable.Range(0, Images).Select(source.Read)];
        File.WriteAllBytes(Path.Combine(project, "images"), [.. samples.SelectMany(sample => sample.Bytes!)]);
        File.WriteAllText(
            Path.Combine(project, "Program.cs"),
            """
            using First;

            using Fashion fashion = Fashion.Load();
            byte[] images = File.ReadAllBytes("images");
            var scores = new float[Fashion.OutputLength];
            for (int i = 0; i < images.Length; i += Fashion.InputLength)
            {
                fashion.Run(images.AsSpan(i, Fashion.InputLength), scores);
                Console.WriteLine(string.Join(' ', scores.Select(BitConverter.SingleToInt32Bits)));
            }
            """);
        string output = packages.Run(project, "run", "-c", "Release");

        Assert.Equal(
            samples.Select(sample => string.Join(' ', reference.Run(normalization.Apply(sample)).Select(BitConverter.SingleToInt32Bits))),
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static string WriteUntrained(string path)
    {
        var net = new OnnxModelBuilder(1, 28, 28);
        string Pooled(string x) => net.Node("MaxPool", [net.Node("Relu", [x])], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        string y = Pooled(net.Conv(OnnxModelBuilder.Input, "first", 8, 1, 3, ("pads", new long[] { 1, 1, 1, 1 })));
        y = Pooled(net.Conv(y, "second", 16, 8, 3));
        File.WriteAllBytes(path, net.Build(net.Node("Gemm", [net.Node("Flatten", [y]), net.Weights("third", 10, 16 * 6 * 6)], ("transB", 1))));
        return path;
    }
}

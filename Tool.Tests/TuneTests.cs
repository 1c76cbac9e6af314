using System.Text.Json;
using BitKernelGen.Execution;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Tool.Tests;

public sealed class TuneTests : IDisposable
{
    private const string Comment = "# chosen by hand\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernel").FullName;

    private string ProfilePath => Path.Combine(_folder, "Net.bitprofile");

    [SkippableFact]
    public void PinsWhatItMeasured()
    {
        Skip.If(Machine.InstructionSet is "Vector128" or "scalar", "This machine has one strategy only.");
        string before = Write();

        JsonElement tuning = Bitkernel.Run("tune", ProfilePath, "--json").Json().GetProperty("tuning");

        JsonElement[] layers = [.. tuning.GetProperty("layers").EnumerateArray()];
        Assert.Equal(["first", "second", "last"], layers.Select(layer => layer.GetProperty("name").GetString()));
        string[] wide = ["multiply-add", "winograd-2x2", "winograd-4x4", "weight-tables"];
        string[] strategies = Machine.Choose<string[]>(wide, wide, ["multiply-add", "weight-tables"]);
        BitProfile after = ProfileReader.Read(File.ReadAllText(ProfilePath)).Profile!;
        for (int i = 0; i < 3; i++)
        {
            JsonElement[] measured = [.. layers[i].GetProperty("measured").EnumerateArray()];
            Assert.Equal(strategies.Where(name => i < 2 || !name.StartsWith("winograd", StringComparison.Ordinal)), measured.Select(one => one.GetProperty("strategy").GetString()));
            Assert.All(measured, one => Assert.True(one.GetProperty("us").GetDouble() > 0));
            string fastest = measured.MinBy(one => one.GetProperty("us").GetDouble()).GetProperty("strategy").GetString()!;
            Assert.Equal(fastest, layers[i].GetProperty("tuned").GetString());
            Assert.Equal(measured.Length == 1 ? "auto" : fastest, after.Layers[i].KernelStrategy);
        }

        Assert.True(tuning.GetProperty("tuned_us").GetDouble() <= tuning.GetProperty("predicted_us").GetDouble());
        Assert.Equal(before, string.Concat(File.ReadLines(ProfilePath).Where(line => !line.StartsWith("kernel-strategy", StringComparison.Ordinal)).Select(line => line + "\n")));
        Assert.Equal([ProfilePath, Path.Combine(_folder, "Net.safetensors")], Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ADryRunPrintsAndWritesNothing()
    {
        string before = Write();

        Bitkernel run = Bitkernel.Run("tune", ProfilePath, "--dry-run");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("second", run.Output);
        Assert.Contains("multiply-add, µs", run.Output);
        Assert.Equal(before, File.ReadAllText(ProfilePath));
    }

    [Fact]
    public void WhatCantBeTunedIsRefusedAndStays()
    {
        string before = Write(Preference.Memory);
        Bitkernel.Run("tune", ProfilePath).Refused(1, ProfilePath, "prefers memory");
        Assert.Equal(before, File.ReadAllText(ProfilePath));

        before = Write();
        string weights = Path.Combine(_folder, "Net.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        Bitkernel.Run("tune", ProfilePath).Refused(1, "SHA-256");
        Assert.Equal(before, File.ReadAllText(ProfilePath));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Two layers with a choice and one without; activations take so much that float32 leaves room for any weights.</summary>
    private string Write(Preference prefer = Preference.Speed)
    {
        var random = new Random(1);
        var builder = new NetworkBuilder(new InputSpec { Shape = new(24, 24, 16), Code = new CodeSpec { Bits = 4, Step = 0.25f } });
        string from = "input";
        foreach (string name in new[] { "first", "second", "last" })
        {
            int size = name == "last" ? 1 : 3;
            builder.Add(
                new LayerSpec
                {
                    Name = name,
                    Op = LayerOp.Conv,
                    Inputs = new(from),
                    Kernel = new(size, size),
                    Stride = new(1, 1),
                    Pad = new(size / 2, size / 2, size / 2, size / 2),
                    Channels = 16,
                    Weight = new(4),
                    Activation = Activation.Relu,
                    Code = new CodeSpec { Bits = 4, Step = 20 },
                },
                [.. Enumerable.Range(0, 16 * size * size * 16).Select(_ => (sbyte)random.Next(-7, 8))],
                [.. Enumerable.Repeat(1f, 16)],
                new float[16]);
            from = name;
        }

        TestNetwork network = builder.Build("Net", prefer);
        string text = Comment + ProfileWriter.Write(network.Profile);
        File.WriteAllText(ProfilePath, text);
        File.WriteAllBytes(Path.Combine(_folder, "Net.safetensors"), network.Weights);
        return text;
    }
}

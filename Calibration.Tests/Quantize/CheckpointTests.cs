using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Calibration.Tests.Quantize;

public sealed class CheckpointTests : IDisposable
{
    private const int Killed = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernel").FullName;
    private readonly FloatNetwork _network = ResidualModel.Import();
    private readonly List<float[]> _samples = ResidualModel.Samples(12);

    private QuantizeOptions Options => new() { Name = "Residual", Bits = 4, WeightBits = 4, WorkFolder = Path.Combine(_folder, "work") };

    [Fact]
    public void AKilledRunGoesOnWhereItWasAndGivesTheSameBytes()
    {
        QuantizedNetwork whole = Quantizer.Quantize(_network, _samples, Options with { WorkFolder = null });
        Assert.Throws<OperationCanceledException>(() => Quantizer.Quantize(_network, _samples, Options, new Killer()));
        string[] files = Files();
        Assert.NotEmpty(files);
        DateTime written = File.GetLastWriteTimeUtc(files[0]);

        QuantizedNetwork resumed = Quantizer.Quantize(_network, _samples, Options);

        Assert.Equal(whole.Weights, resumed.Weights);
        Assert.Equal(whole.Profile, resumed.Profile);
        Assert.Equal(written, File.GetLastWriteTimeUtc(files[0]));
        resumed.DeleteCheckpoints();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    public void AFileThatIsCutOffIsNotTakenForAWholeOne(int length)
    {
        QuantizedNetwork whole = Quantizer.Quantize(_network, _samples, Options);
        foreach (string file in Files())
        {
            byte[] bytes = File.ReadAllBytes(file);
            File.WriteAllBytes(file, bytes[..(length < 0 ? bytes.Length + length : length)]);
        }

        QuantizedNetwork again = Quantizer.Quantize(_network, _samples, Options);

        Assert.Equal(whole.Weights, again.Weights);
    }

    [Fact]
    public void AnAlteredFileIsNotTaken()
    {
        QuantizedNetwork whole = Quantizer.Quantize(_network, _samples, Options);
        string file = Files()[0];
        byte[] bytes = File.ReadAllBytes(file);
        bytes[20] ^= 1;
        File.WriteAllBytes(file, bytes);

        Assert.Equal(whole.Weights, Quantizer.Quantize(_network, _samples, Options).Weights);
    }

    [Fact]
    public void OtherOptionsAreAnotherRun()
    {
        Quantizer.Quantize(_network, _samples, Options);
        QuantizedNetwork other = Quantizer.Quantize(_network, _samples, Options with { WeightBits = 3 });

        Assert.Equal(2, Directory.GetDirectories(Options.WorkFolder!).Length);
        Assert.Equal(Quantizer.Quantize(_network, _samples, Options with { WeightBits = 3, WorkFolder = null }).Weights, other.Weights);
        other.DeleteCheckpoints();
        Assert.Single(Directory.GetDirectories(Options.WorkFolder!));
    }

    /// <summary>Tensors in temporary files are the same tensors.</summary>
    [Fact]
    public void WithoutMemoryForSamplesTheBytesAreTheSame()
    {
        QuantizeOptions options = Options with { WorkFolder = null };

        Assert.Equal(
            Quantizer.Quantize(_network, _samples, options).Weights,
            Quantizer.Quantize(_network, _samples, options with { SampleMemory = 0 }).Weights);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Files() => [.. Directory.GetFiles(Options.WorkFolder!, "*.layer", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private sealed class Killer : IProgress<QuantizeProgress>
    {
        public void Report(QuantizeProgress value)
        {
            if (value is { Stage: "weights", Done: Killed })
                throw new OperationCanceledException();
        }
    }
}

using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Export;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Calibration.Weights;
using BitKernelGen.Generator.Tests;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Calibration.Tests.Export;

/// <summary>Exported models compute in ONNX Runtime what the reference executor computes.</summary>
public class ExportAgreementTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Networks = 300;

    /// <summary>As the graph is written, whatever the biases; and as ONNX Runtime fuses it, which would round other biases.</summary>
    [Theory]
    [InlineData(GraphOptimizationLevel.ORT_DISABLE_ALL, false)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_ALL, true)]
    public void RandomNetworksAgree(GraphOptimizationLevel level, bool isOnGrid)
    {
        Agreement total = Agreement.None;
        for (int seed = 1; seed <= Networks; seed++)
        {
            TestNetwork network = RandomNetwork.Create(seed, isExportable: true);
            network = isOnGrid ? WithBiasesOnGrid(network) : network;
            using var model = new ExportedModel(OnnxExporter.Export(network.Network, SafeTensors.Read(network.Weights)).Model, network.Network, level);
            var one = Agreement.Of(network.Reference, model, Inputs(network.Network.Tensors[0], 8));
            if (one.Close < one.Samples)
                output.WriteLine($"{seed}: {one} {string.Join(' ', network.Profile.Layers.Select(layer => layer.Op))}");
            total += one;
        }

        output.WriteLine($"{total}");
        Assert.InRange((double)total.SameLargest / total.Samples, 0.995, 1);
        Assert.InRange((double)total.Close / total.Samples, 0.98, 1);
    }

    [Fact]
    public void TheSampleAgrees()
    {
        string models = Path.Combine(Root(), "Sample.Models");
        Network network = ProfileReader.Read(File.ReadAllText(Path.Combine(models, "Models", "Fashion.bitprofile"))).Network!;
        var weights = SafeTensors.ReadFile(Path.Combine(models, "Models", "Fashion.safetensors"));

        Agreement agreement = Agree(network, weights, $"idx:{Path.Combine(models, "Data", "t10k-images-idx3-ubyte.gz")}", 500);

        Assert.InRange((double)agreement.SameLargest / agreement.Samples, 0.995, 1);
        Assert.InRange(agreement.Decibels, 40, 200);
    }

    [SkippableTheory]
    [InlineData(8, 8)]
    [InlineData(8, 4)]
    [InlineData(4, 4)]
    public void ResNet20Agrees(int weightBits, int bits)
    {
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require("models/resnet20_cifar10.onnx"));
        string folder = SharedData.Require("data/cifar10");
        QuantizedNetwork quantized = Quantize(network, $"cifar10:{folder}/data_batch_1_first4000.bin", weightBits, bits, samples: 16);

        Agreement agreement = Agree(quantized, $"cifar10:{folder}/test_batch_first1000.bin", 40);

        Assert.Equal(agreement.Samples, agreement.SameLargest);
        // A sum between two levels falls to one side or the other as the order of float32 additions has it; fine codes have many of those.
        Assert.InRange((double)agreement.Close / agreement.Samples, 0.5, 1);
        Assert.InRange(agreement.Decibels, 35, double.PositiveInfinity);
    }

    /// <summary>All test images of a well calibrated network; minutes, so only where it is asked for.</summary>
    [SkippableTheory]
    [InlineData(8, 8)]
    [InlineData(8, 4)]
    [InlineData(4, 4)]
    public void ResNet20AgreesOnAThousandImages(int weightBits, int bits)
    {
        SkipUnlessSlow();
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require("models/resnet20_cifar10.onnx"));
        string folder = SharedData.Require("data/cifar10");
        QuantizedNetwork quantized = Quantize(network, $"cifar10:{folder}/data_batch_1_first4000.bin", weightBits, bits, samples: 256);

        Agreement agreement = Agree(quantized, $"cifar10:{folder}/test_batch_first1000.bin", 1000);

        Assert.InRange((double)agreement.SameLargest / agreement.Samples, 0.995, 1);
        Assert.InRange(agreement.Decibels, 30, double.PositiveInfinity);
    }

    /// <summary>Minutes, so only where it is asked for.</summary>
    [SkippableFact]
    public void ResNet50Agrees()
    {
        SkipUnlessSlow();
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require("models/resnet50.onnx"));
        string data = $"images:{SharedData.Require("data/imagenet-sample")}";
        QuantizedNetwork quantized = Quantize(network, data, weightBits: 8, bits: 8, samples: 4, RoundingMethod.Nearest);

        Agreement agreement = Agree(quantized, data, 4);

        Assert.Equal(agreement.Samples, agreement.SameLargest);
        Assert.InRange(agreement.Decibels, 40, 200);
    }

    private static void SkipUnlessSlow() =>
        Skip.If(Environment.GetEnvironmentVariable("BITKERNELGEN_SLOW") is null, "set BITKERNELGEN_SLOW=1 to run it");

    private static TestNetwork WithBiasesOnGrid(TestNetwork network)
    {
        var file = SafeTensors.Read(network.Weights);
        var writer = new SafeTensorsWriter();
        foreach (Layer layer in network.Network.Layers.Where(layer => layer.Spec.Weight is not null))
        {
            QuantizedLayer read = ReferenceWeights.Read(network.Network, layer, file);
            var weights = new LayerWeights(layer.Spec.Weight!.Bits, read.Values, read.Scale, read.Bias);
            Tensor input = network.Network.Tensors[layer.Inputs[0]];
            writer.Add(layer.Spec.Name, weights with { Bias = ProductWeights.NearestBias(weights, EvenCode.Of(input.Code!)!) });
        }

        return network with { Weights = writer.ToArray() };
    }

    private static float[][] Inputs(Tensor tensor, int count)
    {
        Code code = tensor.Code!;
        var random = new Random(1);
        float Next() => code.Step * (float)((random.NextDouble() * (code.MaxLevel + 2)) - code.Zero - 1);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, tensor.Length).Select(_ => Next()).ToArray())];
    }

    private static QuantizedNetwork Quantize(
        FloatNetwork network, string data, int weightBits, int bits, int samples, RoundingMethod rounding = RoundingMethod.Sequential)
    {
        using DataSource source = DataSource.Open(data, new SampleShape(network.Height, network.Width, network.Channels));
        return Quantizer.Quantize(network, source, new QuantizeOptions
        {
            Name = "Test",
            Bits = bits,
            WeightBits = weightBits,
            Samples = samples,
            Rounding = rounding,
            Columns = 1024,
            Normalization = new InputNormalization([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        });
    }

    private Agreement Agree(QuantizedNetwork quantized, string data, int samples) =>
        Agree(NetworkResolver.Resolve(quantized.Profile).Network!, SafeTensors.Read(quantized.Weights), data, samples);

    private Agreement Agree(Network network, SafeTensors weights, string data, int samples)
    {
        Tensor input = network.Tensors[0];
        using DataSource source = DataSource.Open(data, new SampleShape(input.Height, input.Width, input.Channels));
        InputNormalization normalization = Normalizer.Of(network.Profile.Input, input.Channels);
        float[][] inputs = [.. Enumerable.Range(0, samples).Select(i => normalization.Apply(source.Read(i * (source.Count / samples))))];
        using var model = new ExportedModel(OnnxExporter.Export(network, weights).Model, network);
        var agreement = Agreement.Of(new ReferenceExecutor(network, weights), model, inputs);
        output.WriteLine($"{agreement} {agreement.Decibels:0.0} dB: {string.Join(' ', model.Operators.CountBy(op => op))}");
        return agreement;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BitKernelGen.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}

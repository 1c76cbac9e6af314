using System.Text.Json;
using BitKernelGen.Calibration.Export;
using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Weights;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Calibration.Tests.Export;

public class OnnxExporterTests
{
    private static readonly CodeSpec Bytes = new() { Bits = 8, Step = 1 };
    private static readonly CodeSpec Signed = new() { Bits = 8, Step = 1, Zero = 128 };

    // A code of 3 bits saturates at level 7, one with an offset at both ends; halves round to even.
    [Theory]
    [InlineData(3, 0, new[] { -3f, 0.5f, 1.5f, 2.6f, 99 }, new[] { 0f, 0, 2, 3, 7 })]
    [InlineData(3, 4, new[] { -9f, -3.5f, 0, 2.5f, 99 }, new[] { -4f, -4, 0, 2, 3 })]
    [InlineData(1, 0, new[] { -9f, 0.4f, 0.6f, 9, float.PositiveInfinity }, new[] { 0f, 0, 1, 1, 1 })]
    public void ACodeSaturatesAtItsOwnLevels(int bits, int zero, float[] input, float[] expected) =>
        Assert.Equal(expected, Run(Identity(new CodeSpec { Bits = bits, Step = 1, Zero = zero }, input.Length), input));

    [Theory]
    [InlineData(new[] { 5.0 }, 1, new[] { 0f, 5, 5 })]
    [InlineData(new[] { 4.0, 2.0 }, 2, new[] { 2f, 4, 6 })]
    [InlineData(new[] { 2.0, 1.0, 1.0 }, 3, new[] { 1f, 4, 4 })]
    public void LevelsAtEqualDistancesAreEven(double[] coefficients, int bits, float[] expected) =>
        Assert.Equal(expected, Run(Identity(new CodeSpec { Bits = bits, Step = 1, Coefficients = new(coefficients) }, 3), [1.4f, 4.4f, 7]));

    [Fact]
    public void UnevenLevelsAreRefusedByName()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(1, 1, 1), Code = Bytes });
        builder.Add(Pointwise("input") with { Name = "uneven", Code = new() { Bits = 2, Step = 1, Coefficients = new(3, 1) } }, [1], [1], [0]);
        builder.Add(Pointwise("uneven"), [1], [1], [0]);

        var exception = Assert.Throws<ExportException>(() => Export(builder.Build()));

        Assert.Contains("'uneven'", exception.Message);
        Assert.Contains("0 1 3 4", exception.Message);
        Assert.Contains("--levels even", exception.Message);
    }

    /// <summary>Two codes of one tensor, and every operation that does not compute, in both layouts of elements.</summary>
    [Fact]
    public void MovesCarryBothCodes()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(4, 6, 2), Code = Signed });
        builder.Add(Pointwise("input") with { Channels = 2, Code = Signed, Skip = new() { Bits = 8, Step = 0.5f, Zero = 9 } }, [1, 2, 3, -1], [1, 1], [0, 1]);
        builder.Add(Layer(LayerOp.PadChannels, "conv") with { PadChannels = new(1, 2) });
        builder.Add(Layer(LayerOp.Subsample, "padchannels") with { Stride = new(1, 2) });
        builder.Add(Layer(LayerOp.MaxPool, "subsample") with { Kernel = new(2, 2), Stride = new(2, 1), Pad = new(1, 0, 0, 1) });
        builder.Add(Layer(LayerOp.Flatten, "maxpool"));
        int length = builder.Tensors[^1].Length;
        builder.Add(Layer(LayerOp.Dense, "flatten") with { Channels = length, Weight = new(8) },
            [.. Enumerable.Range(0, length * length).Select(i => (sbyte)(i % 7))], [.. Enumerable.Repeat(1f, length)], new float[length]);
        builder.Add(Layer(LayerOp.Add, "dense", "flatten"));
        TestNetwork network = builder.Build();
        float[] input = [.. Enumerable.Range(0, 48).Select(i => (i * 7 % 23) - 11f)];

        Assert.Equal(network.Reference.Run(input), Run(network, input));
    }

    [Fact]
    public void RawBytesAreNormalisedInDouble()
    {
        double[] mean = [0.485, 0.456], std = [0.229, 0.224];
        var builder = new NetworkBuilder(new InputSpec
        {
            Shape = new(2, 128, 2),
            Mean = new(mean),
            Std = new(std),
            Code = new() { Bits = 8, Step = 0.02f, Zero = 120 },
        });
        builder.Add(Layer(LayerOp.Flatten, "input"));
        TestNetwork network = builder.Build();
        byte[] pixels = [.. Enumerable.Range(0, 512).Select(i => (byte)(i / 2))];
        using var model = new ExportedModel(Export(network, new ExportOptions { RawInput = true }).Model, network.Network);

        Assert.Equal(network.Reference.Run(pixels), model.Run(pixels)[0]);
    }

    /// <summary>Each channel with its own step and zero, as an image and as a vector.</summary>
    [Theory]
    [InlineData(LayerOp.Conv)]
    [InlineData(LayerOp.Dense)]
    public void ChannelsOfTheInputMayHaveGainAndZero(LayerOp op)
    {
        var builder = new NetworkBuilder(new InputSpec
        {
            Shape = new(2, 3, 2),
            Code = new() { Bits = 7, Step = 0.5f },
            Gain = new(0.5, 2),
            Zeros = new(3, 100),
        });
        LayerSpec layer = op == LayerOp.Conv ? Pointwise("input")
            : new() { Name = "dense", Op = op, Inputs = new("input"), Channels = 1 };
        int products = op == LayerOp.Conv ? 2 : 12;
        builder.Add(layer with { Weight = new(4) }, [.. Enumerable.Range(0, products).Select(i => (sbyte)((i % 5) + 1))], [1], [0]);
        TestNetwork network = builder.Build();
        float[] input = [.. Enumerable.Range(0, 12).Select(i => (i * 7 % 23) - 11f)];

        Assert.Equal(network.Reference.Run(input), Run(network, input));
    }

    [Fact]
    public void RawBytesNeedMeanAndDeviation() =>
        Assert.Throws<ExportException>(() => Export(Identity(Bytes, 1), new ExportOptions { RawInput = true }));

    /// <summary>Weights of few bits make room for finer biases without changing a product.</summary>
    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(4, 8)]
    [InlineData(8, 1)]
    public void WeightsAreMultipliedByAPowerOfTwo(int bits, int factor)
    {
        int largest = LayerWeights.Largest(bits);
        var builder = new NetworkBuilder(new InputSpec { Shape = new(1, 1, 2), Code = Bytes });
        builder.Add(Pointwise("input") with { Weight = new(bits), Code = Bytes }, [(sbyte)largest, (sbyte)-largest], [0.5f], [1f / 128]);
        ModelProto model = ModelProto.Parser.ParseFrom(Export(builder.Build()).Model);

        TensorProto weights = model.Graph.Initializer.Single(constant => constant.Name == "conv/weight/quantized");
        TensorProto scale = model.Graph.Initializer.Single(constant => constant.Name == "conv/weight/scale");
        Assert.Equal([(byte)(largest * factor), (byte)(-largest * factor)], weights.RawData.ToByteArray());
        Assert.Equal(0.5f / factor, BitConverter.ToSingle(scale.RawData.Span));
    }

    /// <summary>A channel that training switched off: its scale is next to nothing, its bias is not.</summary>
    [Fact]
    public void ABiasBeyond32BitsOfUnitsSurvives()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(1, 1, 1), Code = Bytes });
        builder.Add(Pointwise("input") with { Channels = 3, Code = Bytes with { Step = 0.125f } }, [127, 0, 3], [1e-20f, 1e-30f, 1], [1.5f, 2.25f, 1]);
        TestNetwork network = builder.Build();

        Assert.Equal([1.5f, 2.25f, 13], Run(network, [4f]));
        Assert.Equal(network.Reference.Run([4f]), Run(network, [4f]));
    }

    [Fact]
    public void QuantizedBiasesAreExactIntegers()
    {
        var random = new Random(1);
        var weights = new LayerWeights(
            8, [.. Enumerable.Range(0, 64).Select(_ => (sbyte)random.Next(-127, 128))], [0.01f, 0.02f, 1e-9f, 0.3f], [1.234f, -0.777f, 0.5f, 1e-7f]);
        CodeSpec input = new() { Bits = 8, Step = 0.0131f };

        LayerWeights rounded = BiasGrid.Round(weights, input);

        for (int o = 0; o < 4; o++)
            Assert.InRange(Math.Abs(rounded.Bias[o] - weights.Bias[o]), 0, 0.5001f * input.Step * weights.Scale[o] + 1e-7f * Math.Abs(weights.Bias[o]));
        Assert.Same(weights, BiasGrid.Round(weights, input with { Bits = 2, Coefficients = new(3, 1) }));
        Assert.Equal(["conv"], ExportPointwise(weights, input).FloatBiases);
        Assert.Empty(ExportPointwise(rounded, input).FloatBiases);
    }

    /// <summary>8-bit codes with zero 0 after relu and 8-bit weights are what ONNX Runtime has int8 kernels for.</summary>
    [Fact]
    public void EightBitsFuse()
    {
        TestNetwork network = Small(new() { Bits = 8, Step = 0.5f }, new() { Bits = 8, Step = 0.25f });
        using var model = new ExportedModel(Export(network).Model, network.Network);

        Assert.Equal(2, model.Operators.Count(op => op == "QLinearConv"));
        Assert.Contains("QGemm", model.Operators);
        Assert.DoesNotContain(model.Operators, op => op is "Conv" or "FusedConv" or "Gemm" or "DequantizeLinear");
    }

    /// <summary>Whatever the profile's codes, every product of the peer is an int8 kernel.</summary>
    [Fact]
    public void ThePeerFuses()
    {
        TestNetwork network = Small(new() { Bits = 2, Step = 0.5f, Coefficients = new(5, 2) }, null);
        using var model = new ExportedModel(EightBitPeer.Export(network.Network, SafeTensors.Read(network.Weights)), network.Network);

        Assert.Equal(["Flatten", "QGemm", "QLinearConv", "QLinearConv", "QLinearGlobalAveragePool", "QuantizeLinear"],
            model.Operators.Where(op => op != "Transpose").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void LabelsAndProvenanceAreMetadata()
    {
        TestNetwork network = Identity(Bytes, 2);
        BitProfile profile = network.Profile with
        {
            Output = network.Profile.Output with { Labels = new("cat", "dog, \"hot\"") },
            Provenance = new(new ProvenanceEntry("samples", "512")),
        };
        OnnxExport export = OnnxExporter.Export(network.Network with { Profile = profile }, SafeTensors.Read(network.Weights));

        var metadata = ModelProto.Parser.ParseFrom(export.Model).MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
        Assert.Equal(["cat", "dog, \"hot\""], JsonSerializer.Deserialize<string[]>(metadata["labels"])!);
        Assert.Equal("512", metadata["provenance.samples"]);
        Assert.Equal(profile.Weights.Sha256, metadata["weights-sha256"]);
    }

    [Fact]
    public void OtherWeightsAreRefused()
    {
        TestNetwork network = Small(Bytes, Bytes), other = Identity(Bytes, 1);

        Assert.Throws<WeightsException>(() => OnnxExporter.Export(network.Network, SafeTensors.Read(other.Weights)));
    }

    private static TestNetwork Small(CodeSpec code, CodeSpec? pooled)
    {
        var random = new Random(1);
        sbyte[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-127, 128))];
        float[] Same(float value, int count) => [.. Enumerable.Repeat(value, count)];
        var builder = new NetworkBuilder(new InputSpec { Shape = new(8, 8, 3), Code = Signed });
        LayerSpec conv = Pointwise("input") with { Name = "first", Kernel = new(3, 3), Pad = new(1, 1, 1, 1), Channels = 16, Activation = Activation.Relu, Code = code };
        builder.Add(conv, Weights(16 * 27), Same(0.0078125f, 16), new float[16]);
        builder.Add(conv with { Name = "second", Inputs = new("first"), Stride = new(2, 2) }, Weights(16 * 144), Same(0.0078125f, 16), new float[16]);
        builder.Add(Layer(LayerOp.GlobalAvgPool, "second") with { Code = pooled ?? Bytes });
        builder.Add(Layer(LayerOp.Dense, "globalavgpool") with { Channels = 10, Weight = new(8) }, Weights(160), Same(1, 10), new float[10]);
        return builder.Build();
    }

    private static OnnxExport ExportPointwise(LayerWeights weights, CodeSpec input)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(1, 1, weights.Inputs), Code = input });
        builder.Add(Pointwise("input") with { Channels = weights.Outputs, Code = Bytes }, weights.Values, weights.Scale, weights.Bias);
        return Export(builder.Build());
    }

    private static TestNetwork Identity(CodeSpec code, int length)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(1, length, 1), Code = code });
        builder.Add(Layer(LayerOp.Flatten, "input"));
        return builder.Build();
    }

    private static LayerSpec Layer(LayerOp op, params string[] inputs) =>
        new() { Name = op.ToString().ToLowerInvariant(), Op = op, Inputs = new(inputs) };

    private static LayerSpec Pointwise(string input) => Layer(LayerOp.Conv, input) with
    {
        Kernel = new(1, 1),
        Stride = new(1, 1),
        Pad = new(0, 0, 0, 0),
        Channels = 1,
        Weight = new(8),
    };

    private static OnnxExport Export(TestNetwork network, ExportOptions? options = null) =>
        OnnxExporter.Export(network.Network, SafeTensors.Read(network.Weights), options);

    private static float[] Run(TestNetwork network, float[] input)
    {
        float[][] outputs = [.. new[] { GraphOptimizationLevel.ORT_DISABLE_ALL, GraphOptimizationLevel.ORT_ENABLE_ALL }.Select(level =>
        {
            using var model = new ExportedModel(Export(network).Model, network.Network, level);
            return model.Run(input)[0];
        })];
        Assert.Equal(outputs[0], outputs[1]);
        return outputs[0];
    }
}

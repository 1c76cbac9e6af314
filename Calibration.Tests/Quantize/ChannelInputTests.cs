using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Quantize;

public class ChannelInputTests
{
    private static readonly InputNormalization Normalization = new([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]);

    [Fact]
    public void EveryByteIsItsOwnLevel()
    {
        ChannelInput input = Of(Network(LayerOp.Conv), Options(Normalization))!;
        var encoder = new LevelEncoder(input, 3);
        float[] values = [.. Enumerable.Range(0, 256 * 3).Select(i => Value(Normalization, i / 3, i % 3))];

        byte[] levels = encoder.Encode(values);
        float[] read = encoder.Decode(levels), scaled = input.Scaled(values);

        Assert.Equal(Enumerable.Range(0, 256 * 3).Select(i => (byte)(i / 3)), levels);
        for (int channel = 0; channel < 3; channel++)
        {
            // What is left of the mean is one number for all pixels.
            float[] rest = [.. Enumerable.Range(0, 256).Select(i => read[(i * 3) + channel] - scaled[(i * 3) + channel])];
            Assert.InRange(rest.Max() - rest.Min(), 0, 1e-5);
            Assert.InRange(Math.Abs(rest[0]), 0, input.Code.Step / 2);
        }
    }

    [Fact]
    public void TheRescaledNetworkComputesTheSame()
    {
        FloatNetwork network = Network(LayerOp.Conv);
        ChannelInput input = Of(network, Options(Normalization))!;
        FloatLayer before = network.Layers[0], after = input.Rescale(network).Layers[0];
        float[] pixel = [0.3f, -1.2f, 2.1f], scaled = input.Scaled(pixel);

        Assert.NotEqual(before.Weights, after.Weights);
        for (int o = 0; o < 2; o++)
        {
            Assert.Equal(
                Enumerable.Range(0, 3).Sum(i => pixel[i] * before.Weights[(o * 3) + i]),
                Enumerable.Range(0, 3).Sum(i => scaled[i] * after.Weights[(o * 3) + i]), 1e-5f);
        }
    }

    [Fact]
    public void WhatChannelsHaveInCommonIsWrittenOnce()
    {
        ChannelInput gains = Of(Network(LayerOp.Conv), Options(new([0.302, 0.302, 0.302], [0.25, 0.2, 0.25])))!;
        ChannelInput zeros = Of(Network(LayerOp.Conv), Options(new([0.302, 0.4, 0.302], [0.25, 0.25, 0.25])))!;

        Assert.Equal((3, 0, 77), (gains.Gain.Count, gains.Zeros.Count, gains.Code.Zero));
        Assert.Equal((0, 3, 0), (zeros.Gain.Count, zeros.Zeros.Count, zeros.Code.Zero));
        Assert.Null(Of(Network(LayerOp.Conv), Options(new([0.302, 0.302, 0.302], [0.25, 0.25, 0.25]))));
    }

    [Fact]
    public void WhatItDoesNotSuitKeepsOneCode()
    {
        FloatNetwork network = Network(LayerOp.Conv);
        Assert.Null(Of(Network(LayerOp.GlobalAvgPool), Options(Normalization)));
        Assert.Null(Of(network, Options(null)));
        Assert.Null(Of(network, Options(Normalization) with { Method = CodeMethod.Paper }));
        Assert.Null(Of(network, Options(Normalization) with { Method = CodeMethod.Range }));
        Assert.Null(Of(network, Options(Normalization) with { Rounding = RoundingMethod.Nearest }));
        Assert.Null(Of(network, Options(new([0.5, 0.4, 0.4], [0.25, 0.25, 0.25]))));
        Assert.Null(Of(network, Options(new([-0.5, 0.4, 0.4], [0.25, 0.25, 0.25]))));
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void CoarseCodesHideTheNoiseOfOneCode(int bits, bool isNull)
    {
        // The last layer is the output; one before it has a code.
        FloatNetwork network = Network(LayerOp.Conv);
        FloatLayer first = network.Layers[0];
        LayerSpec last = first.Spec with { Name = "last", Inputs = new("first") };
        network = network with { Layers = [first, first with { Spec = last, Weights = [1, 0, 0, 1] }], Output = "last" };

        Assert.Equal(isNull, Of(network, Options(Normalization) with { Bits = bits }) is null);
    }

    private static ChannelInput? Of(FloatNetwork network, QuantizeOptions options) =>
        ChannelInput.Of(network, CodePlanner.Plan(network, options), options);

    private static float Value(InputNormalization normalization, int pixel, int channel) =>
        (float)(((pixel * normalization.Scale) - normalization.Mean[channel]) / normalization.Std[channel]);

    private static QuantizeOptions Options(InputNormalization? normalization) => new() { Name = "Net", Normalization = normalization };

    private static FloatNetwork Network(LayerOp op) => new(
        4, 4, 3, "x", "y",
        [
            new FloatLayer
            {
                Spec = new LayerSpec
                {
                    Name = "first",
                    Op = op,
                    Inputs = new("input"),
                    Kernel = new(1, 1),
                    Stride = new(1, 1),
                    Pad = new(0, 0, 0, 0),
                    Channels = 2,
                },
                Weights = [0.1f, -0.2f, 0.3f, 0.4f, 0.5f, -0.6f],
                Bias = [0, 0],
                OnnxOutput = "y",
                Height = 4,
                Width = 4,
                Channels = 2,
            },
        ],
        "first", []);
}

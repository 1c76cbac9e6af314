using BitKernelGen.Calibration.Reference;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Calibration.Tests;

/// <summary>Examples small enough to compute by hand.</summary>
public class ReferenceExecutorTests
{
    private static readonly CodeSpec Eight = new() { Bits = 8, Step = 1 };
    private static readonly CodeSpec Signed = new() { Bits = 8, Step = 1, Zero = 128 };

    [Theory]
    [InlineData(0.5f, 0)]
    [InlineData(1.5f, 2)]
    [InlineData(2.5f, 2)]
    [InlineData(2.6f, 3)]
    [InlineData(-1f, 0)]
    [InlineData(99f, 7)]
    [InlineData(float.PositiveInfinity, 7)]
    [InlineData(float.NegativeInfinity, 0)]
    public void EvenLevelsRoundHalfToEvenAndSaturate(float x, float expected) =>
        Assert.Equal([expected], Identity(new CodeSpec { Bits = 3, Step = 1 }).Run([x]));

    // Levels 0 1 3 4, zero 1: values -1 0 2 3.
    [Theory]
    [InlineData(-9f, -1)]
    [InlineData(-0.5f, -1)]
    [InlineData(-0.49f, 0)]
    [InlineData(1f, 0)]
    [InlineData(1.01f, 2)]
    [InlineData(2.5f, 2)]
    [InlineData(2.51f, 3)]
    [InlineData(9f, 3)]
    public void UnevenLevelsTakeTheNearestAndTheLowerOfTwo(float x, float expected) =>
        Assert.Equal([expected], Identity(new CodeSpec { Bits = 2, Step = 1, Zero = 1, Coefficients = new(3, 1) }).Run([x]));

    // Products see 0.75 for the lower bit and 2.5 for the upper one, though levels in memory are integers; zero is the lower bit's level.
    [Theory]
    [InlineData(-9f, -0.75f)]
    [InlineData(0f, 0f)]
    [InlineData(1.7f, 1.75f)]
    [InlineData(9f, 2.5f)]
    public void PlanesAreMultipliedByTheirCoefficients(float x, float expected)
    {
        var builder = new NetworkBuilder(Input(new CodeSpec { Bits = 2, Step = 1, Zero = 1, Coefficients = new(2.5, 0.75), Planes = true }, 1));
        builder.Add(Pointwise("input"), [2], [0.5f], [3]);

        float output = Assert.Single(builder.Build().Reference.Run([x]));

        Assert.Equal(expected, output - 3, 1e-6f);
    }

    [Fact]
    public void ConvolutionSeesZeroBeyondTheBorderWhateverTheOffset()
    {
        var builder = new NetworkBuilder(Input(Signed, 2, 3, 1));
        builder.Add(
            Layer(LayerOp.Conv, "input") with { Kernel = new(2, 2), Stride = new(1, 1), Pad = new(1, 0, 0, 1), Channels = 1, Weight = new(8) },
            [1, 10, 100, -7], [0.5f], [0.25f]);

        // [-1 2 3; 4 5 -6] with a row of zeros above and a column on the right.
        float[] output = builder.Build().Reference.Run([-1f, 2, 3, 4, 5, -6]);

        Assert.Equal([-100 - 14, 200 - 21, 300, -1 + 20 + 400 - 35, 2 + 30 + 500 + 42, 3 - 600], output.Select(y => (y - 0.25f) / 0.5f));
    }

    [Fact]
    public void ConvolutionStridesAndOrdersItsWeightsByRowColumnChannel()
    {
        var builder = new NetworkBuilder(Input(Eight, 1, 5, 2));
        builder.Add(
            Layer(LayerOp.Conv, "input") with { Kernel = new(1, 2), Stride = new(1, 3), Pad = new(0, 0, 0, 0), Channels = 2, Weight = new(5) },
            [1, 2, 3, 4, 0, 0, 0, 15], [1, 2], [0, 1]);

        float[] output = builder.Build().Reference.Run([1f, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

        Assert.Equal([1 + 4 + 9 + 16, (2 * 60) + 1, 7 + 16 + 27 + 40, (2 * 150) + 1], output);
    }

    [Fact]
    public void DepthwiseKeepsChannelsApart()
    {
        var builder = new NetworkBuilder(Input(Eight, 2, 1, 3));
        builder.Add(
            Layer(LayerOp.Depthwise, "input") with { Kernel = new(2, 1), Stride = new(1, 1), Pad = new(0, 0, 0, 0), Weight = new(8) },
            [1, 2, 3, 4, 5, 6], [1, 1, 1], [0, 0, 0]);

        Assert.Equal([1 + 8, 6 + 20, 15 + 36], builder.Build().Reference.Run([1f, 2, 3, 4, 5, 6]));
    }

    [Fact]
    public void DenseReadsTheWholeInput()
    {
        var builder = new NetworkBuilder(Input(Eight, 2, 1, 2));
        builder.Add(Layer(LayerOp.Dense, "input") with { Channels = 2, Weight = new(1) }, [1, 1, 1, 1, 1, -1, -1, 1], [1, 3], [0, 0.5f]);

        Assert.Equal([10f, 0.5f], builder.Build().Reference.Run([1f, 2, 3, 4]));
    }

    [Theory]
    [InlineData(Activation.None, new[] { -8f, -1, 4, 7 })]
    [InlineData(Activation.Relu, new[] { 0f, 0, 4, 7 })]
    [InlineData(Activation.Relu6, new[] { 0f, 0, 4, 6 })]
    public void ActivationsApplyToFloatsAndLevelsAlike(Activation activation, float[] expected)
    {
        foreach (CodeSpec? code in new[] { null, Signed })
        {
            var builder = new NetworkBuilder(Input(Signed, 4));
            builder.Add(Pointwise("input") with { Activation = activation, Code = code }, [1], [1], [0]);
            Assert.Equal(expected, builder.Build().Reference.Run([-8f, -1, 4, 7]));
        }
    }

    [Fact]
    public void Relu6EndsBetweenLevels()
    {
        var builder = new NetworkBuilder(Input(Eight, 1));
        builder.Add(Pointwise("input") with { Activation = Activation.Relu6, Code = new() { Bits = 8, Step = 4 } }, [1], [1], [0]);

        // min(200 / 4, 6 / 4) = 1.5, which is rounded to level 2.
        Assert.Equal([8f], builder.Build().Reference.Run([200f]));
    }

    [Fact]
    public void OneOutputCodeIsMultipliedIntoScaleAndBias()
    {
        // Single operations whose results differ between the two orders.
        const float Scale = 0.1f, Bias = 0.3f, Step = 0.7f;
        float r = (float)(1.0 / Step);
        var differ = 0;
        for (int x = 0; x < 256; x++)
        {
            float premultiplied = x * (Scale * r);
            premultiplied += Bias * r;
            float plain = x * Scale;
            plain += Bias;
            plain *= r;
            differ += premultiplied == plain ? 0 : 1;

            Assert.Equal(MathF.Round(premultiplied) * Step, Scaled(x, new() { Bits = 8, Step = Step }, null));
            Assert.Equal(MathF.Round(plain) * Step, Scaled(x, new() { Bits = 8, Step = 1 }, new() { Bits = 8, Step = Step }));
        }

        Assert.NotEqual(0, differ);

        static float Scaled(int x, CodeSpec code, CodeSpec? skip)
        {
            var builder = new NetworkBuilder(Input(Eight, 1));
            builder.Add(Pointwise("input") with { Code = code, Skip = skip }, [1], [Scale], [Bias]);
            return builder.Build().Reference.Run([(float)x])[0];
        }
    }

    [Fact]
    public void ProductsReadTheCodeAndSumsTheSkipCode()
    {
        var builder = new NetworkBuilder(Input(Eight, 1));
        builder.Add(Pointwise("input") with { Name = "both", Code = new() { Bits = 1, Step = 8 }, Skip = new() { Bits = 8, Step = 1 } }, [1], [1], [0]);
        builder.Add(Pointwise("both"), [1], [1], [0]);
        builder.Add(Layer(LayerOp.Add, "conv", "both"));

        Assert.Equal([8 + 5f], builder.Build().Reference.Run([5f]));
    }

    [Fact]
    public void SumsAddFloatsAndLevels()
    {
        var builder = new NetworkBuilder(Input(Signed, 2));
        builder.Add(Pointwise("input"), [1], [0.5f], [0.25f]);
        builder.Add(Layer(LayerOp.Add, "conv", "input") with { Activation = Activation.Relu, Code = new() { Bits = 8, Step = 0.5f } });

        // 2 · 0.5 + 0.25 + 2 = 3.25 is 6.5 steps: level 6. -2 · 0.5 + 0.25 - 2 is below 0.
        Assert.Equal([3f, 0], builder.Build().Reference.Run([2f, -2]));
    }

    [Fact]
    public void MaximumIgnoresPadding()
    {
        var builder = new NetworkBuilder(Input(Signed, 2, 2, 1));
        builder.Add(Layer(LayerOp.MaxPool, "input") with { Kernel = new(2, 2), Stride = new(2, 2), Pad = new(1, 1, 1, 1) });

        Assert.Equal([-5f, -3, -9, -1], builder.Build().Reference.Run([-5f, -3, -9, -1]));
    }

    [Fact]
    public void AverageCountsOnlyWhatIsInside()
    {
        var builder = new NetworkBuilder(Input(Signed, 2, 2, 1));
        builder.Add(Layer(LayerOp.AvgPool, "input") with { Kernel = new(2, 2), Stride = new(1, 1), Pad = new(1, 1, 0, 0) });

        Assert.Equal([-5f, -4, -7, -4.5f], builder.Build().Reference.Run([-5f, -3, -9, -1]));
    }

    [Fact]
    public void AverageMultipliesByTheRoundedQuotient()
    {
        var builder = new NetworkBuilder(Input(new() { Bits = 8, Step = 0.1f }, 1, 3, 1));
        builder.Add(Layer(LayerOp.GlobalAvgPool, "input"));
        float m = (float)(0.1f / 3.0);

        Assert.Equal([37 * m], builder.Build().Reference.Run([1f, 2, 0.7f]));
    }

    [Fact]
    public void FlattenKeepsTheOrderInMemory()
    {
        var builder = new NetworkBuilder(Input(Eight, 2, 2, 2));
        Tensor tensor = builder.Add(Layer(LayerOp.Flatten, "input"));

        Assert.Equal((1, 1, 8), (tensor.Height, tensor.Width, tensor.Channels));
        Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8], builder.Build().Reference.Run([1f, 2, 3, 4, 5, 6, 7, 8]));
    }

    [Fact]
    public void SubsampleStartsAtTheFirst()
    {
        var builder = new NetworkBuilder(Input(Eight, 3, 4, 1));
        builder.Add(Layer(LayerOp.Subsample, "input") with { Stride = new(2, 3) });

        Assert.Equal([1f, 4, 9, 12], builder.Build().Reference.Run([1f, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    }

    [Fact]
    public void AddedChannelsAreZeroInEveryCode()
    {
        var builder = new NetworkBuilder(Input(Signed, 1, 2, 1));
        builder.Add(Pointwise("input") with { Code = Signed, Skip = Signed with { Zero = 7 } }, [1], [1], [0]);
        builder.Add(Layer(LayerOp.PadChannels, "conv") with { PadChannels = new(1, 2) });
        builder.Add(Pointwise("padchannels") with { Name = "products" }, [1, 1, 1, 1], [1], [0]);
        builder.Add(Layer(LayerOp.Concat, "padchannels", "products") with { Code = Signed });

        Assert.Equal([0f, -7, 0, 0, -9, 0, 3, 0, 0, 3], builder.Build().Reference.Run([-9f, 3]));
    }

    [Fact]
    public void ConcatRecodes()
    {
        var builder = new NetworkBuilder(Input(Eight, 1, 2, 1));
        builder.Add(Pointwise("input") with { Channels = 2 }, [1, 1], [1, 0.5f], [0.5f, 0]);
        builder.Add(Layer(LayerOp.Concat, "conv", "input") with { Code = new() { Bits = 4, Step = 2 } });

        // Pixels (1.5, 0.5 | 1) and (5.5, 2.5 | 5) in steps of 2: 0.75 0.25 | 0.5 and 2.75 1.25 | 2.5.
        Assert.Equal([2f, 0, 0, 6, 2, 4], builder.Build().Reference.Run([1f, 5]));
    }

    [Fact]
    public void BytesAreNormalisedInDouble()
    {
        double[] mean = [0.485, 0.456], std = [0.229, 0.224];
        InputSpec input = Input(new() { Bits = 8, Step = 0.02f, Zero = 120 }, 1, 1, 2) with { Mean = new(mean), Std = new(std) };
        var builder = new NetworkBuilder(input);
        builder.Add(Layer(LayerOp.Flatten, "input"));
        ReferenceExecutor reference = builder.Build().Reference;

        for (int p = 0; p < 256; p++)
        {
            float[] values = [.. mean.Zip(std, (m, s) => (float)(((p * (1.0 / 255)) - m) / s))];
            Assert.Equal(reference.Run(values), reference.Run([(byte)p, (byte)p]));
        }
    }

    [Fact]
    public void WrongInputsAreRefused()
    {
        ReferenceExecutor reference = Identity(Eight);

        Assert.Throws<ArgumentException>(() => reference.Run([float.NaN]));
        Assert.Throws<ArgumentException>(() => reference.Run([1f, 2f]));
        Assert.Throws<NotSupportedException>(() => reference.Run([(byte)1]));
    }

    private static ReferenceExecutor Identity(CodeSpec code)
    {
        var builder = new NetworkBuilder(Input(code, 1));
        builder.Add(Layer(LayerOp.Flatten, "input"));
        return builder.Build().Reference;
    }

    private static InputSpec Input(CodeSpec code, params int[] shape) => new() { Shape = new(shape.Length == 1 ? [1, shape[0], 1] : shape), Code = code };

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
}

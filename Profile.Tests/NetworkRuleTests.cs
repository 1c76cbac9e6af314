using static BitKernelGen.Profiles.Tests.Profiles;

namespace BitKernelGen.Profiles.Tests;

/// <summary>Every rule, by a profile that breaks it and nothing else.</summary>
public class NetworkRuleTests
{
    private static readonly int[] Image = [7, 9, 3];

    [Fact]
    public void NamesMustBeOfLayersBefore()
    {
        BitProfile profile = Of(Image, Conv("conv1", "input"), Layer("sum", LayerOp.Add, "covn1", "late"), Conv("late", "sum"), Dense("late2", "late2"));
        Resolution resolution = Expect(profile, "BKG007 1 input:0", "BKG007 1 input:1", "BKG010 2 input:0", "BKG007 3 input:0");
        Assert.Contains("did you mean 'conv1'?", resolution.Issues[0].Message);
        Assert.Contains("does not come before", resolution.Issues[1].Message);
        Assert.StartsWith("Layer 'sum': ", resolution.Issues[0].Message);
    }

    [Theory]
    [InlineData("input")]
    [InlineData("")]
    [InlineData("cnv")]
    [InlineData(null)]
    public void TheOutputIsALayers(string? from)
    {
        BitProfile profile = Of(Image, Conv("conv", "input")) with { Output = new OutputSpec(from!, default) };
        Resolution resolution = Expect(profile, "BKG007 -2 from");
        Assert.Equal(from == "cnv", resolution.Issues[0].Message.Contains("did you mean 'conv'?"));
    }

    [Fact]
    public void AProfileNeedsALayer() => Expect(Of(Image), "BKG007 -2 from");

    [Fact]
    public void NamesAreUnique() =>
        Expect(Of(Image, Conv("a", "input"), Conv("a", "a"), Conv("input", "a"), Conv("b", "a")), "BKG008 1 name", "BKG008 2 name");

    [Fact]
    public void ShapesOfTheInput()
    {
        LayerSpec layer = Layer("mean", LayerOp.GlobalAvgPool, "input");
        Expect(Of([], layer), "BKG009 -1 shape");
        Expect(Of([1, 2, 3, 4], layer), "BKG009 -1 shape");
        Expect(Of([0, 3, -1], layer), "BKG009 -1 shape:0", "BKG009 -1 shape:2");
        Expect(Of([1 << 13, 1 << 13, 2], layer), "BKG009 -1 shape");
        Expect(Of([int.MaxValue, int.MaxValue, int.MaxValue], layer), "BKG009 -1 shape");
        Network(Of([1 << 13, 1 << 13, 1], Layer("flat", LayerOp.Flatten, "input")));
    }

    [Fact]
    public void MeanAndStd()
    {
        BitProfile profile = Of(Image, Conv("conv", "input"));
        BitProfile With(double[] mean, double[] std, double scale = 1) =>
            profile with { Input = profile.Input with { Mean = new(mean), Std = new(std), Scale = scale } };
        Network(With([0, 1, 2], [1, 2, 3]));
        Expect(With([0, 1, 2], []), "BKG003 -1 mean");
        Expect(With([], [1, 2, 3]), "BKG003 -1 std");
        Expect(With([0, 1], [1, 2, 3]), "BKG009 -1 mean");
        Expect(With([0, 1, 2], [1]), "BKG009 -1 std");
        Expect(With([0, double.NaN, 2], [1, 0, double.PositiveInfinity], 0), "BKG004 -1 mean:1", "BKG004 -1 std:1", "BKG004 -1 std:2", "BKG004 -1 scale");
    }

    [Fact]
    public void ChannelsOfTheInputMayHaveGainAndZero()
    {
        BitProfile profile = Of(Image, Conv("conv", "input"));
        BitProfile With(double[] gain, int[] zeros, CodeSpec? code = null) =>
            profile with { Input = profile.Input with { Gain = new(gain), Zeros = new(zeros), Code = code ?? Code(8) } };
        Tensor input = Network(With([1, 2, 0.5], [0, 255, 7])).Tensors[0];
        Assert.Equal((255, (float)(0.5 / 0.1f)), (input.ZeroOf(1), input.ReciprocalOf(2)));
        Assert.Equal((5, true), (Network(With([1, 2, 0.5], [], Code(8, zero: 5))).Tensors[0].ZeroOf(1), input.HasZero));
        Expect(With([1, 2], [0, 1, 2, 3]), "BKG009 -1 gain", "BKG009 -1 zeros");
        Expect(With([0, double.NaN, double.MaxValue], []), "BKG004 -1 gain:0", "BKG004 -1 gain:1", "BKG004 -1 gain:2");
        Expect(With([], [-1, 16, 3], Code(4)), "BKG011 -1 zeros:0", "BKG011 -1 zeros:1");
        Expect(With([], [1, 2, 3], Code(4, zero: 1)), "BKG013 -1 code.zero");
        Expect(With([1, 2, 3], [], Code(2, 0.1f, 0, 3, 1)), "BKG013 -1 code.coefficients");
        Expect(With([1, 2, 3], [], Code(2) with { Planes = true }), "BKG013 -1 code.planes");
    }

    [Fact]
    public void OnlyProductsReadChannelsWithGainOrZero()
    {
        BitProfile With(params LayerSpec[] layers)
        {
            BitProfile profile = Of(Image, layers);
            return profile with { Input = profile.Input with { Zeros = new(1, 2, 3) } };
        }

        Network(With(Depthwise("dw", "input") with { Dilation = new(2, 2) }));
        Network(With(Dense("dense", "input")));
        Expect(With(Layer("flat", LayerOp.Flatten, "input")), "BKG013 -1 zeros");
        Expect(With(Layer("mean", LayerOp.GlobalAvgPool, "input")), "BKG013 -1 zeros");
        Expect(With(Conv("conv", "input", 6) with { Groups = 3 }), "BKG013 -1 zeros");
        Resolution resolution = Expect(With(Conv("conv", "input") with { Dilation = new(2, 2) }), "BKG013 -1 zeros");
        Assert.Contains("'conv'", resolution.Issues[0].Message);
    }

    [Fact]
    public void WindowsFit()
    {
        Expect(Of(Image, Conv("conv", "input") with { Kernel = new(8, 10) }), "BKG009 0 kernel:0", "BKG009 0 kernel:1");
        Expect(Of(Image, Conv("conv", "input") with { Pad = new(3, 2, 2, 4) }), "BKG009 0 pad:0", "BKG009 0 pad:3");
        Expect(Of(Image, Pool("pool", "input") with { Pad = new(0, 2, 0, 0) }), "BKG009 0 pad:1");
        Expect(Of(Image, Conv("conv", "input") with { Kernel = new(int.MaxValue, 1), Pad = new(int.MaxValue - 1, 0, int.MaxValue - 1, 0) }), "BKG009 0 pad");
    }

    [Fact]
    public void DilatedWindowsFit()
    {
        LayerSpec dilated = Conv("conv", "input") with { Dilation = new(3, 2) };
        Assert.Equal((1, 5), (Network(Of(Image, dilated)).Tensors[1].Height, Network(Of(Image, dilated)).Tensors[1].Width));
        Expect(Of(Image, dilated with { Dilation = new(4, 5) }), "BKG009 0 kernel:0", "BKG009 0 kernel:1");
        Expect(Of(Image, dilated with { Pad = new(7, 0, 0, 4) }), "BKG009 0 pad:0");
        Expect(Of(Image, dilated with { Dilation = new(0, 1) }), "BKG004 0 dilation:0");
        Expect(Of(Image, Pool("pool", "input") with { Dilation = new(1, 1) }), "BKG013 0 dilation");
    }

    [Fact]
    public void GroupsAreEqual()
    {
        LayerSpec grouped = Conv("conv", "input", 6) with { Groups = 3 };
        Assert.Equal(9 * 6 * 35, Network(Of(Image, grouped)).Layers[0].Macs);
        Expect(Of(Image, grouped with { Groups = 2 }), "BKG009 0 groups");
        Expect(Of(Image, grouped with { Channels = 5 }), "BKG009 0 groups");
        Expect(Of(Image, grouped with { Groups = -1 }), "BKG004 0 groups");
        Expect(Of(Image, Depthwise("dw", "input") with { Groups = 3 }), "BKG013 0 groups");

        // Of a group's one channel, 9 positions have a group of four products each.
        Network(Of(Image, grouped with { Bounds = new(0, 9, 0) }));
        Expect(Of(Image, grouped with { Bounds = new(0, 10, 0) }), "BKG012 0 bounds.steps");
    }

    [Fact]
    public void ActivationsHaveTheirNumbers()
    {
        LayerSpec leaky = Conv("conv", "input") with { Activation = Activation.LeakyRelu, Slope = 0.1 };
        LayerSpec clip = Conv("conv", "input") with { Activation = Activation.Clip, Limits = new(-1, double.PositiveInfinity) };
        Network(Of(Image, leaky));
        Network(Of(Image, clip));
        Expect(Of(Image, leaky with { Slope = 1e300 }), "BKG004 0 slope");
        Expect(Of(Image, leaky with { Activation = Activation.Relu }), "BKG013 0 slope");
        Expect(Of(Image, clip with { Limits = default }), "BKG003 0 limits");
        Expect(Of(Image, clip with { Limits = new(1, 0) }), "BKG004 0 limits");
        Expect(Of(Image, clip with { Limits = new(1, double.NaN) }), "BKG004 0 limits");
        Expect(Of(Image, clip with { Activation = Activation.None }), "BKG013 0 limits");
        Expect(Of(Image, Layer("sum", LayerOp.Add, "input", "input") with { Activation = Activation.PRelu }), "BKG013 0 activation");
        Expect(Of(Image, leaky with { Activation = (Activation)99, Slope = 0 }), "BKG006 0 activation");
        Expect(Of(Image, Layer("mean", LayerOp.GlobalAvgPool, "input") with { Activation = Activation.Sigmoid }), "BKG013 0 activation");
    }

    [Fact]
    public void FactorsFit()
    {
        LayerSpec gate = Layer("gate", LayerOp.GlobalAvgPool, "input"), image = Pool("image", "input", kernel: 1, stride: 1);
        Network(Of(Image, gate, Layer("product", LayerOp.Mul, "input", "gate")));
        Network(Of(Image, image, Layer("product", LayerOp.Mul, "input", "image")));
        Expect(Of(Image, gate, Layer("product", LayerOp.Mul, "gate", "input")), "BKG009 1 input:1");
        Expect(Of(Image, Layer("product", LayerOp.Mul, "input")), "BKG004 0 input");
    }

    [Fact]
    public void SoftmaxStaysFloat() =>
        Expect(Of(Image, Layer("softmax", LayerOp.Softmax, "input") with { Code = Code() }), "BKG013 0 code");

    [Fact]
    public void OnlyAveragesCountPadding() => Expect(
        Of(Image, Pool("mean", "input", LayerOp.AvgPool) with { CountIncludePad = true }, Pool("most", "mean") with { CountIncludePad = true }),
        "BKG013 1 count-include-pad", "BKG010 1 input:0");

    [Fact]
    public void OperandsFit()
    {
        LayerSpec small = Pool("small", "input"), wide = Conv("wide", "input", 4, 1);
        Expect(Of(Image, small, wide, Layer("sum", LayerOp.Add, "small", "input"), Layer("sum2", LayerOp.Add, "input", "wide"), Layer("all", LayerOp.Concat, "input", "small", "wide") with { Code = Code() }) with
        { Output = new OutputSpec("all", default) },
            "BKG009 2 input:1", "BKG021 2 name", "BKG009 3 input:1", "BKG021 3 name", "BKG009 4 input:1");
    }

    [Fact]
    public void LabelsAreAsManyAsElements()
    {
        BitProfile profile = Of(Image, Dense("dense", "input", 3));
        Network(profile with { Output = new OutputSpec("dense", new("a", "b", "c")) });
        Expect(profile with { Output = new OutputSpec("dense", new("a", "b")) }, "BKG009 -2 labels");
    }

    [Fact]
    public void SizesHaveLimits()
    {
        Expect(Of([64, 64, 16], Conv("conv", "input", (1 << 14) + 1, 1)), "BKG009 0 channels");
        Expect(Of([8, 8, 128], Dense("dense", "input", (1 << 13) + 1)), "BKG009 0 channels");
        Network(Of([8, 8, 128], Dense("dense", "input", 1 << 13) with { Weight = new(1) }));
        Expect(Of([1, 1, 3], Layer("pad", LayerOp.PadChannels, "input") with { PadChannels = new(int.MaxValue, int.MaxValue) }), "BKG009 0 pad-channels");
        Expect(Of([1, 1, 3], Depthwise("dw", "input", 1 << 13) with { Pad = new(8191, 8191, 0, 0) }), "BKG009 0 pad");

        // Bit-planes lie beside the levels, and what becomes of them is summed up in float32.
        static BitProfile WithPlanes(BitProfile profile, int bits) =>
            profile with { Input = profile.Input with { Code = Code(bits) with { Planes = true } } };
        BitProfile wide = Of([1 << 12, 1 << 12, 1], Conv("conv", "input", 1, 1));
        BitProfile copied = Of([1 << 13, 1 << 13, 1], Layer("copy", LayerOp.Subsample, "input") with { Stride = new(1, 1) }, Conv("conv", "copy", 1, 1) with { Stride = new(64, 64) });
        Network(wide);
        Expect(WithPlanes(wide, 2), "BKG009 0 name");
        Network(copied);
        Expect(WithPlanes(copied, 8), "BKG009 0 name");

        // What the windows of two readers ask for together is too big, though neither is alone.
        Expect(
            Of(
                [1, 1, 1],
                Conv("rows", "input", 1) with { Kernel = new(1 << 20, 1), Pad = new((1 << 20) - 1, 0, 0, 0), Weight = new(2) },
                Conv("columns", "input", 1) with { Kernel = new(1, 1 << 20), Pad = new(0, (1 << 20) - 1, 0, 0), Weight = new(2) },
                Layer("sum", LayerOp.Add, "rows", "columns")),
            "BKG009 -1 shape");

        // A float32 pixel takes a whole vector.
        Expect(Of([1 << 12, 1 << 12, 1], Conv("conv", "input", 1) with { Code = null }), "BKG009 0 name");

        // Dilated windows are copied beside each other; a row of sums has a vector of outputs for each pixel, and so have weights.
        LayerSpec dilated = Conv("conv", "input", 1, 5) with { Dilation = new(2, 2) };
        Network(Of([1 << 11, 1 << 11, 8], dilated));
        Expect(Of([1 << 11, 1 << 11, 16], dilated), "BKG009 0 name");
        Network(Of([1, 1 << 23, 1], Conv("conv", "input", 1, 1)));
        Expect(Of([1, 1 << 24, 1], Conv("conv", "input", 1, 1)), "BKG009 0 name");
        Network(Of([1 << 24], Dense("dense", "input", 1) with { Weight = new(1), Bounds = new(1, 0, 1) }));
        Expect(Of([1 << 26], Dense("dense", "input", 1) with { Weight = new(1), Bounds = new(1, 0, 1) }), "BKG009 0 name");
    }

    [Fact]
    public void InputsAreCodedAsTheOperationReadsThem()
    {
        LayerSpec floats = Conv("floats", "input") with { Code = null };
        LayerSpec skip = floats with { Name = "skip", Skip = Code(8) };
        foreach (LayerSpec reader in new[] { Conv("reader", "floats"), Depthwise("reader", "floats"), Dense("reader", "floats"), Pool("reader", "floats"), Pool("reader", "floats", LayerOp.AvgPool), Layer("reader", LayerOp.GlobalAvgPool, "floats") })
        {
            Expect(Of(Image, floats, reader), "BKG010 1 input:0");
            BitProfile readsSkip = Of(Image, skip, reader with { Inputs = new("skip") });
            if (reader.Weight is null)
                Network(readsSkip);
            else
                Expect(readsSkip, "BKG010 1 input:0");
        }

        Network(Of(Image, floats, skip, Layer("sum", LayerOp.Add, "floats", "skip"), Layer("all", LayerOp.Concat, "sum", "floats") with { Skip = Code() }));
        Expect(Of(Image, Layer("all", LayerOp.Concat, "input", "input")), "BKG010 0 code");
    }

    [Fact]
    public void ZeroIsALevel()
    {
        void At(CodeSpec code, params string[] issues) => Expect(Of(Image, Conv("conv", "input") with { Code = code }), issues);
        At(Code(2, 0.1f, 4, 4, 1));
        At(Code(2, 0.1f, 2, 4, 1), "BKG011 0 code.zero");
        At(Code(4, 0.1f, 15));
        At(Code(4, 0.1f, 16), "BKG011 0 code.zero");
        Expect(Of(Image, Conv("conv", "input") with { Skip = Code(8, 0.1f, 256) }), "BKG011 0 skip.zero");
        BitProfile profile = Of(Image, Conv("conv", "input"));
        Expect(profile with { Input = profile.Input with { Code = Code(1, 1, 2) } }, "BKG011 -1 code.zero");
    }

    [Fact]
    public void CodesAreInRange()
    {
        void At(CodeSpec code, params string[] issues) => Expect(Of(Image, Conv("conv", "input") with { Code = code }), issues);
        At(Code(0), "BKG004 0 code.bits");
        At(Code(9), "BKG004 0 code.bits");
        At(Code(4, 0), "BKG004 0 code.step");
        At(Code(4, float.NaN), "BKG004 0 code.step");
        At(Code(4, float.PositiveInfinity), "BKG004 0 code.step");
        At(Code(4, float.Epsilon), "BKG004 0 code.step");
        At(Code(4, float.MaxValue), "BKG004 0 code.step");
        At(Code(4, 1, -1), "BKG004 0 code.zero");
        At(Code(2, 1, 0, 1), "BKG004 0 code.coefficients");
        At(Code(2, 1, 0, 1, 0), "BKG004 0 code.coefficients:1");
        At(Code(3, 1, 0, double.NaN, -1, double.PositiveInfinity), "BKG004 0 code.coefficients:0", "BKG004 0 code.coefficients:1", "BKG004 0 code.coefficients:2");
    }

    [Fact]
    public void SumsFit32Bits()
    {
        // 255 · 127 · products passes 2³¹ − 1 from 66,312 products on.
        LayerSpec dense = Dense("dense", "input", 1) with { Weight = new(8) };
        Network(Of([66311], dense));
        Expect(Of([66312], dense), "BKG012 0 weight");
        Network(Of([66312], dense with { Weight = new(7) }));
        Network(Of([66312], dense with { Bounds = new BoundsSpec(40000, 0, int.MaxValue) }));
        Network(Of([8_421_504], dense with { Weight = new(1) }));
        Expect(Of([8_421_505], dense with { Weight = new(1) }), "BKG012 0 weight");
        Network(Of([8_421_504], dense with { Weight = new(2) }));
    }

    /// <summary>Weights of more than 4 bits are multiplied in halves, by tiles of 4x4 alone, where their bounds prove that nothing saturates.</summary>
    [Fact]
    public void WinogradMultipliesWideWeightsInHalvesThatAreProved()
    {
        void With(int bits, int tile, BoundsSpec? bounds, params string[] issues) => Expect(
            Of(Image, Conv("conv1", "input"), Conv("conv2", "conv1") with { Weight = new(bits), Bounds = bounds, KernelStrategy = $"winograd-{tile}x{tile}" }), issues);

        With(4, 2, null);
        With(4, 4, null);
        With(4, 4, new(1, 1, 1, 16, 46));
        With(5, 2, null, "BKG013 1 kernel-strategy");
        With(5, 4, null, "BKG013 1 kernel-strategy");
        With(8, 4, new(1, 1, 1), "BKG013 1 kernel-strategy");
        With(8, 4, new(1, 1, 1, 0, 92));
        With(8, 4, new(1, 1, 1, 0, 91), "BKG012 1 bounds.winograd-4x4");

        // 5 channels are two groups: each product takes two sums at most.
        With(4, 4, new(1, 1, 1, 32, 92));
        With(4, 4, new(1, 1, 1, 33, 93), "BKG012 1 bounds.winograd-2x2", "BKG012 1 bounds.winograd-4x4");
        With(8, 4, new(1, 1, 1, 0, 184));
        With(8, 4, new(1, 1, 1, 0, int.MaxValue), "BKG012 1 bounds.winograd-4x4");
        With(8, 4, new(1, 1, 1, 16, 92), "BKG013 1 bounds.winograd-2x2");

        // 16 · 15 · 127 · 9 · 7828 is the last below 2³¹.
        BitProfile Wide(int channels) => Of(
            [7, 9, channels], Conv("conv", "input") with { Weight = new(8), Bounds = new(1, 1, 1, 0, 92), KernelStrategy = "winograd-4x4" }) with
        {
            Input = new InputSpec { Shape = new(7, 9, channels), Code = Code() },
        };
        Network(Wide(7828));
        Expect(Wide(7832), "BKG013 0 kernel-strategy", "BKG013 0 bounds.winograd-4x4");
    }

    [Fact]
    public void BoundsDoNotContradictThemselves()
    {
        void At(BoundsSpec bounds, params string[] issues) => Expect(Of(Image, Conv("conv", "input") with { Bounds = bounds }), issues);

        // The network's input lies densely: 3 rows of ⌈3 · 3 / 4⌉ groups.
        At(new(32767, 9, 0));
        At(new(0, 10, 0), "BKG012 0 bounds.steps");
        At(new(0, -1, 0), "BKG012 0 bounds.steps");
        At(new(32768, 1, 0), "BKG012 0 bounds.pair");
        At(new(32768, 0, 0));
        At(new(-1, 1, -1), "BKG012 0 bounds.pair", "BKG012 0 bounds.sum");

        // Any other tensor's pixels are filled up: 5 channels take 8 bytes.
        BitProfile inner = Of(Image, Conv("conv1", "input"), Conv("conv2", "conv1") with { Bounds = new(1, 18, 1) });
        Network(inner);
        Expect(inner with { Layers = new(inner.Layers[0], inner.Layers[1] with { Bounds = new(1, 19, 1) }) }, "BKG012 1 bounds.steps");
        Network(Of(Image, Dense("dense", "input") with { Bounds = new(1, 7 * 7, 1) }));
        Expect(Of(Image, Dense("dense", "input") with { Bounds = new(1, (7 * 7) + 1, 1) }), "BKG012 0 bounds.steps");
    }

    [Fact]
    public void KeysApply()
    {
        var written = new (string Key, Func<LayerSpec, LayerSpec> Write)[]
        {
            ("kernel", layer => layer with { Kernel = new(1, 1) }),
            ("stride", layer => layer with { Stride = new(1, 1) }),
            ("dilation", layer => layer with { Dilation = new(1, 1) }),
            ("pad", layer => layer with { Pad = new(0, 0, 0, 0) }),
            ("count-include-pad", layer => layer with { CountIncludePad = true }),
            ("groups", layer => layer with { Groups = 1 }),
            ("channels", layer => layer with { Channels = 3 }),
            ("pad-channels", layer => layer with { PadChannels = new(1, 1) }),
            ("weight", layer => layer with { Weight = new(8) }),
            ("activation", layer => layer with { Activation = Activation.Relu }),
            ("code", layer => layer with { Code = Code() }),
            ("skip", layer => layer with { Skip = Code() }),
            ("bounds", layer => layer with { Bounds = new(1, 1, 1) }),
            ("kernel-strategy", layer => layer with { KernelStrategy = "multiply-add" }),
        };
        var applying = new (LayerSpec Layer, string Keys)[]
        {
            (Conv("layer", "input"), "kernel stride dilation pad channels groups weight activation code skip bounds kernel-strategy"),
            (Depthwise("layer", "input"), "kernel stride dilation pad weight activation code skip kernel-strategy"),
            (Dense("layer", "input"), "channels weight activation code skip bounds kernel-strategy"),
            (Layer("layer", LayerOp.Add, "input", "input"), "activation code skip"),
            (Pool("layer", "input"), "kernel stride pad"),
            (Pool("layer", "input", LayerOp.AvgPool), "kernel stride pad count-include-pad code skip"),
            (Layer("layer", LayerOp.GlobalAvgPool, "input"), "code skip"),
            (Layer("layer", LayerOp.Concat, "input", "input") with { Code = Code() }, "code skip"),
            (Layer("layer", LayerOp.Flatten, "input"), ""),
            (Layer("layer", LayerOp.Subsample, "input"), "stride"),
            (Layer("layer", LayerOp.PadChannels, "input") with { PadChannels = new(1, 1) }, "pad-channels"),
            (Layer("layer", LayerOp.Mul, "input", "input"), "activation code skip"),
            (Layer("layer", LayerOp.Softmax, "input"), ""),
        };
        Assert.Equal(Enum.GetValues<LayerOp>(), applying.Select(row => row.Layer.Op));
        foreach ((LayerSpec layer, string keys) in applying)
        {
            foreach ((string key, Func<LayerSpec, LayerSpec> write) in written)
                Expect(Of(Image, write(layer)), keys.Split(' ').Contains(key) ? [] : [$"BKG013 0 {key}"]);
        }

        Expect(Of(Image, Conv("conv", "input") with { Skip = Code(2, 1, 0, 2, 1) }), "BKG013 0 skip.coefficients");
    }

    [Fact]
    public void OperationsHaveWhatTheyNeed()
    {
        Expect(Of(Image, Layer("layer", LayerOp.Conv, "input")), "BKG003 0 kernel", "BKG003 0 channels", "BKG003 0 weight");
        Expect(Of(Image, Layer("layer", LayerOp.PadChannels, "input")), "BKG003 0 pad-channels");
        Expect(Of(Image, Conv("layer", "input") with { Kernel = new(3), Stride = new(0, 1), Pad = new(1, 1, -1, 1), Channels = -2, Weight = new(9) }),
            "BKG004 0 kernel", "BKG004 0 stride:0", "BKG004 0 pad:2", "BKG004 0 channels", "BKG004 0 weight.bits");
        Expect(Of(Image, Layer("layer", LayerOp.Add, "input")), "BKG004 0 input");
        Expect(Of(Image, Layer("layer", LayerOp.Concat, "input") with { Code = Code() }), "BKG004 0 input");
        Expect(Of(Image, Layer("layer", LayerOp.Flatten)), "BKG004 0 input");
        Expect(Of(Image, Layer("layer", LayerOp.Flatten, "input", "input")), "BKG004 0 input");
        Expect(Of(Image, Layer("layer", (LayerOp)99, "input")), "BKG006 0 op");
        Expect(Of(Image, Conv("layer", "input") with { Activation = (Activation)99 }), "BKG006 0 activation");
    }

    [Fact]
    public void RealCoefficientsAreAnnounced()
    {
        Resolution resolution = Expect(Of(Image, Conv("conv", "input") with { Code = Code(2, 0.1f, 0, 1.41, 0.62) }), "BKG020 0 code.coefficients");
        Assert.Equal(DiagnosticLevel.Info, resolution.Issues[0].Level);
        Assert.Contains($"[{string.Join(", ", resolution.Network!.Tensors[1].Code!.Coefficients)}]", resolution.Issues[0].Message);
    }

    [Fact]
    public void UnusedLayersAreWarnedOf()
    {
        Resolution resolution = Expect(Of(Image, Conv("a", "input"), Conv("b", "input"), Conv("c", "a")), "BKG021 1 name");
        Assert.Equal(DiagnosticLevel.Warning, resolution.Issues[0].Level);
        Expect(Of(Image, Conv("a", "input"), Conv("b", "a")) with { Output = new OutputSpec("a", default) }, "BKG021 1 name");
    }

    [Fact]
    public void ErrorsDoNotFollowFromErrors()
    {
        BitProfile profile = Of(
            Image,
            Conv("first", "input") with { Kernel = new(20, 3) },
            Conv("second", "first") with { Code = Code(9) },
            Dense("third", "second") with { Bounds = new(1, 1_000_000, 1) },
            Layer("fourth", LayerOp.Concat, "third", "input") with { Weight = new(3) });
        Expect(profile, "BKG009 0 kernel:0", "BKG004 1 code.bits", "BKG013 3 weight", "BKG010 3 code");
    }

    [Fact]
    public void IssuesComeInTheOrderOfTheLayers()
    {
        BitProfile profile = Of([1 << 12, 1 << 12, 1], Conv("a", "input", 1) with { Code = null }, Conv("a", "nothing")) with
        { Name = "", Output = new OutputSpec("x", default) };
        Expect(profile with { Input = profile.Input with { Scale = -1 } },
            "BKG003 -3 name", "BKG004 -1 scale", "BKG009 0 name", "BKG007 1 input:0", "BKG008 1 name", "BKG007 -2 from");
    }

    [Fact]
    public void SumsOfAveragesFit32Bits()
    {
        LayerSpec mean = Layer("mean", LayerOp.GlobalAvgPool, "input");
        Network(Of([2896, 2896, 1], mean));
        Expect(Of([2903, 2902, 1], mean), "BKG012 0 input:0");
        Expect(Of([2903, 2902, 1], Pool("mean", "input", LayerOp.AvgPool) with { Kernel = new(2903, 2902), Code = Code() }), "BKG012 0 input:0");
    }

    [Fact]
    public void TensorsTogetherHaveALimit()
    {
        // Each takes 2^26 bytes, so sixteen fill 2^30; only the first beyond is told of.
        LayerSpec Flat(int i) => Layer($"flat{i}", LayerOp.Flatten, i == 0 ? "input" : $"flat{i - 1}");
        LayerSpec[] layers = [.. Enumerable.Range(0, 18).Select(Flat)];
        Network(Of([1 << 13, 1 << 13, 1], [.. layers.Take(15)]));
        Expect(Of([1 << 13, 1 << 13, 1], layers), "BKG009 15 name");
    }

    [Fact]
    public void OnlySomeWrongNamesGetAHint()
    {
        LayerSpec[] layers = [Conv("first", "input"), .. Enumerable.Range(0, 200).Select(i => Layer($"flat{i}", LayerOp.Flatten, "fist"))];
        Resolution resolution = NetworkResolver.Resolve(Of(Image, layers));
        Assert.Equal(200, resolution.Issues.Count(issue => issue.Id == "BKG007"));
        Assert.Equal(100, resolution.Issues.Count(issue => issue.Message.Contains("did you mean 'first'?")));
    }

    [Fact]
    public void ValuesStayWithinFloat32()
    {
        LayerSpec Product(string name, string left, string right) => Layer(name, LayerOp.Mul, left, right);
        BitProfile profile = Of(Image, Conv("conv", "input") with { Code = null }, Product("square", "conv", "conv"), Product("cube", "square", "conv"));
        Resolution resolution = Expect(profile, "BKG012 2 name");
        Assert.Contains("2¹⁰⁰", resolution.Issues[0].Message);
        Network(profile with { Layers = new(profile.Layers.Select(layer => layer.Name == "square" ? layer with { Code = new CodeSpec { Bits = 4, Step = 1 } } : layer)) });
        Expect(Of(Image, Conv("conv", "input") with { Code = new CodeSpec { Bits = 4, Step = 1e37f } }), "BKG012 0 name");
    }
}

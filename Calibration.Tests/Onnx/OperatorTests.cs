using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;
using Google.Protobuf;

namespace BitKernelGen.Calibration.Tests.Onnx;

/// <summary>Each operator by a small model, run by ONNX Runtime and, imported, by the definition of the profile's operations.</summary>
public class OperatorTests
{
    private const string X = OnnxModelBuilder.Input;

    [Fact]
    public void ConvolutionWithStridesAndPads()
    {
        var model = new OnnxModelBuilder(3, 7, 6);
        string y = model.Node("Conv", [X, model.Weights("stem.weight", 4, 3, 3, 2)],
            ("strides", new long[] { 2, 1 }), ("pads", new long[] { 1, 0, 2, 1 }));
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal("stem", layer.Spec.Name);
        Assert.Equal((LayerOp.Conv, 4), (layer.Spec.Op, layer.Spec.Channels));
        Assert.Equal(new EquatableArray<int>(3, 2), layer.Spec.Kernel);
        Assert.Equal(new EquatableArray<int>(2, 1), layer.Spec.Stride);
        Assert.Equal(new EquatableArray<int>(1, 0, 2, 1), layer.Spec.Pad);
        Assert.Equal(new float[4], layer.Bias);
    }

    [Fact]
    public void DepthwiseConvolution()
    {
        var model = new OnnxModelBuilder(3, 5, 5);
        string y = model.Conv(X, "dw", 3, 1, 3, ("group", 3), ("pads", new long[] { 1, 1, 1, 1 }));
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal((LayerOp.Depthwise, 0, 3), (layer.Spec.Op, layer.Spec.Channels, layer.Channels));
    }

    [Theory]
    [InlineData(2, 6, 8)]
    [InlineData(3, 6, 6)]
    [InlineData(6, 6, 12)]
    public void GroupedConvolution(int groups, int channels, int outputs)
    {
        var model = new OnnxModelBuilder(channels, 5, 6);
        string y = model.Conv(X, "a", outputs, channels / groups, 3, ("group", groups), ("pads", new long[] { 1, 0, 1, 1 }));
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal((LayerOp.Conv, groups, outputs), (layer.Spec.Op, layer.Spec.Groups, layer.Channels));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void DilatedConvolution(int groups)
    {
        var model = new OnnxModelBuilder(3, 9, 8);
        string y = model.Conv(X, "a", 3, 3 / groups, 3,
            ("group", groups), ("dilations", new long[] { 2, 3 }), ("strides", new long[] { 2, 1 }), ("pads", new long[] { 2, 3, 1, 3 }));
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal(groups == 1 ? LayerOp.Conv : LayerOp.Depthwise, layer.Spec.Op);
        Assert.Equal(new EquatableArray<int>(2, 3), layer.Spec.Dilation);
    }

    [Fact]
    public void DilationInOneDimension()
    {
        var model = new OnnxModelBuilder(2, 30);
        string y = model.Node("Conv", [X, model.Weights("w", 3, 2, 3)], ("dilations", new long[] { 4 }), ("pads", new long[] { 8, 0 }));
        Assert.Equal(30, Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers).Width);
    }

    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    public void PaddingToTheSameSize(string mode)
    {
        var model = new OnnxModelBuilder(2, 7, 8);
        string y = model.Conv(X, "a", 2, 2, 3, ("auto_pad", mode), ("strides", new long[] { 2, 2 }));
        y = model.Node("MaxPool", [y], ("kernel_shape", new long[] { 2, 2 }), ("auto_pad", mode));
        Assert.Equal((4, 4), (OnnxAssert.Imports(model.Build(y)).Layers[^1].Height, 4));
    }

    /// <summary>Each activation with the layer that it is joined to, and alone behind a pool.</summary>
    [Theory]
    [InlineData("LeakyRelu", Activation.LeakyRelu, "alpha", 0.2f)]
    [InlineData("LeakyRelu", Activation.LeakyRelu, "alpha", -0.5f)]
    [InlineData("LeakyRelu", Activation.Relu, "alpha", 0f)]
    [InlineData("HardSigmoid", Activation.Clip, "alpha", 0.3f)]
    [InlineData("Sigmoid", Activation.Sigmoid)]
    [InlineData("HardSwish", Activation.HardSwish)]
    public void Activations(string op, Activation expected, string? attribute = null, float value = 0)
    {
        foreach (bool isAlone in new[] { false, true })
        {
            var model = new OnnxModelBuilder(2, 4, 4);
            string y = isAlone ? model.Node("AveragePool", [X], ("kernel_shape", new long[] { 2, 2 }))
                : model.Node("Mul", [model.Conv(X, "a", 3, 2, 1), model.Floats("four", [4])]);
            y = model.Node(op, [y], attribute is null ? [] : [(attribute, value)]);
            FloatNetwork network = OnnxAssert.Imports(model.Build(y, opset: 14));
            Assert.Equal(isAlone ? 2 : 1, network.Layers.Count);
            Assert.Equal(expected, network.Layers[^1].Spec.Activation);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SlopesPerChannel(bool differ)
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string y = model.Node("PRelu", [model.Conv(X, "a", 3, 2, 1), model.Floats("slope", differ ? [0.5f, -0.25f, 2] : [0.5f, 0.5f, 0.5f], 3, 1, 1)]);
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal(differ ? Activation.PRelu : Activation.LeakyRelu, layer.Spec.Activation);
        Assert.Equal(differ ? 3 : 0, layer.Slopes.Length);
    }

    /// <summary>As PyTorch and others write x · sigmoid(x) and x · relu6(x + 3) / 6.</summary>
    [Theory]
    [InlineData("sigmoid", Activation.Silu)]
    [InlineData("hard sigmoid", Activation.HardSwish)]
    [InlineData("clip, mul, div", Activation.HardSwish)]
    [InlineData("clip, div, mul", Activation.HardSwish)]
    [InlineData("clip, mul, mul", Activation.HardSwish)]
    public void SelfGatesAreOneActivation(string form, Activation expected)
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string x = model.Node("Mul", [model.Conv(X, "a", 3, 2, 1), model.Floats("four", [4])]);
        string Clip() => model.Node("Clip", [model.Node("Add", [x, model.Floats("three", [3])]), model.Floats("low", [0]), model.Floats("high", [6])]);
        string y = form switch
        {
            "sigmoid" => model.Node("Mul", [x, model.Node("Sigmoid", [x])]),
            "hard sigmoid" => model.Node("Mul", [model.Node("HardSigmoid", [x], ("alpha", 1 / 6f)), x]),
            "clip, mul, div" => model.Node("Div", [model.Node("Mul", [x, Clip()]), model.Floats("six", [6])]),
            "clip, div, mul" => model.Node("Mul", [x, model.Node("Div", [Clip(), model.Floats("six", [6])])]),
            _ => model.Node("Mul", [model.Floats("sixth", [1 / 6f]), model.Node("Mul", [Clip(), x])]),
        };
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal(expected, layer.Spec.Activation);
    }

    [Fact]
    public void LimitsOfLimitsAreOne()
    {
        var model = new OnnxModelBuilder(1, 3, 3);
        string y = model.Node("Relu", [model.Conv(X, "a", 2, 1, 1)]);
        y = model.Node("Clip", [y, model.Floats("low", [0.25f]), model.Floats("high", [0.5f])]);
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(model.Node("Relu", [y]))).Layers);
        Assert.Equal(new EquatableArray<double>(0.25, 0.5), layer.Spec.Limits);
    }

    [Fact]
    public void AnActivationOfWhatOthersReadIsALayer()
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string sum = model.Conv(X, "a", 2, 2, 1);
        FloatNetwork network = OnnxAssert.Imports(model.Build(model.Node("Add", [sum, model.Node("Relu", [sum])])));
        Assert.Equal([LayerOp.Conv, LayerOp.Depthwise, LayerOp.Add], network.Layers.Select(l => l.Spec.Op));
        Assert.Equal(Activation.None, network.Layers[0].Spec.Activation);
    }

    [Fact]
    public void ConstantsAreSubtractedAndDividedBy()
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string y = model.Node("Sub", [model.Conv(X, "a", 2, 2, 1), model.Weights("shift", 2, 1, 1)]);
        y = model.Node("Sub", [model.Floats("one", [1]), y]);
        y = model.Node("Div", [y, model.Floats("divisor", [3, -0.5f], 2, 1, 1)]);
        Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
    }

    /// <summary>A squeeze-and-excite block: an image times what a few layers make of its channels' means.</summary>
    [Theory]
    [InlineData("Sigmoid")]
    [InlineData("HardSigmoid")]
    public void ImagesAreScaledByGates(string gate)
    {
        var model = new OnnxModelBuilder(4, 5, 5);
        string image = model.Node("Relu", [model.Conv(X, "a", 8, 4, 3)]);
        string squeezed = model.Node("Relu", [model.Conv(model.Node("GlobalAveragePool", [image]), "down", 2, 8, 1)]);
        string excited = model.Node(gate, [model.Conv(squeezed, "up", 8, 2, 1)]);
        FloatNetwork network = OnnxAssert.Imports(model.Build(model.Node("Mul", [excited, image])));
        Assert.Equal(LayerOp.Mul, network.Layers[^1].Spec.Op);
        Assert.Equal(new EquatableArray<string>("a", "up"), network.Layers[^1].Spec.Inputs);
    }

    [Fact]
    public void TensorsOfOneShapeAreMultiplied()
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string y = model.Node("Relu", [model.Node("Mul", [model.Conv(X, "a", 2, 2, 1), model.Conv(X, "b", 2, 2, 1)])]);
        Assert.Equal(Activation.Relu, OnnxAssert.Imports(model.Build(y)).Layers[^1].Spec.Activation);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    public void Softmax(int opset)
    {
        var model = new OnnxModelBuilder(9);
        string y = model.Node("Softmax", [model.Node("MatMul", [X, model.Weights("w", 9, 5)])], opset < 13 ? [] : [("axis", -1)]);
        Assert.Equal([LayerOp.Dense, LayerOp.Softmax], OnnxAssert.Imports(model.Build(y, opset)).Layers.Select(l => l.Spec.Op));
    }

    [Fact]
    public void SoftmaxOfEachPixel()
    {
        var model = new OnnxModelBuilder(2, 3, 4);
        Assert.Equal(2, OnnxAssert.Imports(model.Build(model.Node("Softmax", [model.Conv(X, "a", 5, 2, 1)], ("axis", 1)))).Layers.Count);
    }

    [Fact]
    public void AveragesThatCountPadding()
    {
        var model = new OnnxModelBuilder(2, 5, 6);
        string y = model.Node("AveragePool", [X],
            ("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 2, 0 }), ("count_include_pad", 1));
        Assert.True(Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers).Spec.CountIncludePad);
    }

    [Theory]
    [InlineData("MaxPool", 6, 7)]
    [InlineData("MaxPool", 8, 8)]
    [InlineData("AveragePool", 6, 7)]
    public void PoolsWithCeilMode(string op, int height, int width)
    {
        var model = new OnnxModelBuilder(2, height, width);
        string y = model.Node(op, [X], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1));
        OnnxAssert.Imports(model.Build(y));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ChannelsLastAtTheEdges(bool endsFlat)
    {
        var model = new OnnxModelBuilder(5, 6, 3);
        string y = model.Node("Transpose", [X], ("perm", new long[] { 0, 3, 1, 2 }));
        y = model.Node("Relu", [model.Conv(y, "a", 2, 3, 3)]);
        y = model.Node("Transpose", [y], ("perm", new long[] { 0, 2, 3, 1 }));
        if (endsFlat)
            y = model.Node("MatMul", [model.Node("Reshape", [y, model.Integers(-1, 24)]), model.Weights("w", 24, 4)]);
        FloatNetwork network = OnnxAssert.Imports(model.Build(y));
        Assert.Equal((5, 6, 3), (network.Height, network.Width, network.Channels));
        Assert.Equal(endsFlat ? 2 : 1, network.Layers.Count);
    }

    [Fact]
    public void ConvolutionInOneDimension()
    {
        var model = new OnnxModelBuilder(2, 9);
        string y = model.Node("Conv", [X, model.Weights("w", 3, 2, 3)], ("strides", new long[] { 2 }), ("pads", new long[] { 1, 0 }));
        FloatNetwork network = OnnxAssert.Imports(model.Build(model.Node("GlobalAveragePool", [y])));
        Assert.Equal((1, 9, 2), (network.Height, network.Width, network.Channels));
    }

    [Fact]
    public void ConstantsAfterAConvolutionAreFolded()
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string y = model.BatchNormalization(model.Conv(X, "a", 3, 2, 3), "bn", 3);
        y = model.Node("Add", [model.Weights("shift", 3, 1, 1), y]);
        y = model.Node("Mul", [y, model.Weights("factor", 1, 3, 1, 1)]);
        y = model.Node("Relu", [model.Node("Mul", [y, model.Floats("half", [0.5f])])]);
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal(Activation.Relu, layer.Spec.Activation);
        Assert.Equal(y, layer.OnnxOutput);
    }

    [Fact]
    public void FoldingNegativeFactorsAndTinyVariances()
    {
        var model = new OnnxModelBuilder(1, 3, 3);
        string y = model.Node("BatchNormalization",
            [model.Conv(X, "a", 2, 1, 3), model.Floats("s", [-3, 1e-4f], 2), model.Floats("b", [0.5f, 0], 2),
                model.Floats("m", [7, -2], 2), model.Floats("v", [0, 1e-6f], 2)],
            ("epsilon", 1e-3f));
        Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
    }

    [Fact]
    public void BatchNormalizationWithoutALayerBeforeItIsDepthwise()
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string shared = model.Conv(X, "a", 2, 2, 1);
        string y = model.Node("Relu", [model.BatchNormalization(shared, "bn", 2)]);
        FloatNetwork network = OnnxAssert.Imports(model.Build(model.Node("Add", [shared, y])));
        Assert.Equal([LayerOp.Conv, LayerOp.Depthwise, LayerOp.Add], network.Layers.Select(l => l.Spec.Op));
        Assert.Equal(Activation.Relu, network.Layers[1].Spec.Activation);
    }

    [Theory]
    [InlineData(0f, 6f, Activation.Relu6)]
    [InlineData(0f, float.PositiveInfinity, Activation.Relu)]
    [InlineData(-1f, 2.5f, Activation.Clip)]
    [InlineData(-1f, float.MaxValue, Activation.Clip)]
    [InlineData(float.NegativeInfinity, float.PositiveInfinity, Activation.None)]
    public void Clip(float low, float high, Activation expected)
    {
        var model = new OnnxModelBuilder(1, 3, 3);
        string y = model.Node("Mul", [model.Conv(X, "a", 2, 1, 1), model.Floats("ten", [10])]);
        y = model.Node("Clip", [y, model.Floats("low", [low]), model.Floats("high", [high])]);
        Assert.Equal(expected, Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers).Spec.Activation);
    }

    [Fact]
    public void ResidualAdditionTakesItsActivation()
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string first = model.Node("Relu", [model.Conv(X, "a", 2, 2, 1)]);
        string y = model.Node("Relu", [model.Node("Add", [model.Conv(first, "b", 2, 2, 1), first])]);
        FloatNetwork network = OnnxAssert.Imports(model.Build(y));
        Assert.Equal(new EquatableArray<string>("b", "a"), network.Layers[2].Spec.Inputs);
        Assert.Equal(Activation.Relu, network.Layers[2].Spec.Activation);
    }

    [Fact]
    public void Pools()
    {
        var model = new OnnxModelBuilder(2, 9, 8);
        (string, object) kernel = ("kernel_shape", new long[] { 3, 2 }), strides = ("strides", new long[] { 2, 2 });
        string y = model.Node("MaxPool", [X], kernel, strides, ("pads", new long[] { 1, 0, 1, 1 }));
        y = model.Node("AveragePool", [y], kernel, ("pads", new long[] { 1, 1, 0, 0 }));
        y = model.Node("AveragePool", [y], ("kernel_shape", new long[] { 2, 2 }), ("count_include_pad", 1));
        FloatNetwork network = OnnxAssert.Imports(model.Build(model.Node("GlobalMaxPool", [y])));
        Assert.Equal([LayerOp.MaxPool, LayerOp.AvgPool, LayerOp.AvgPool, LayerOp.MaxPool], network.Layers.Select(l => l.Spec.Op));
    }

    [Theory]
    [InlineData(13)]
    [InlineData(18)]
    public void ReduceMeanIsGlobalAveragePool(int opset)
    {
        var model = new OnnxModelBuilder(2, 4, 3);
        string y = opset < 18
            ? model.Node("ReduceMean", [X], ("axes", new long[] { -1, -2 }), ("keepdims", 0))
            : model.Node("ReduceMean", [X, model.Integers(2, 3)], ("keepdims", 0));
        Assert.Equal(LayerOp.GlobalAvgPool, Assert.Single(OnnxAssert.Imports(model.Build(y, opset)).Layers).Spec.Op);
    }

    [Fact]
    public void AveragePoolOverTheWholeImageIsGlobal()
    {
        var model = new OnnxModelBuilder(2, 4, 3);
        string y = model.Node("AveragePool", [X], ("kernel_shape", new long[] { 4, 3 }));
        Assert.Equal(LayerOp.GlobalAvgPool, Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers).Spec.Op);
    }

    [Fact]
    public void AnActivationBehindAMaximumPoolIsMovedBeforeIt()
    {
        var model = new OnnxModelBuilder(1, 6, 6);
        string y = model.Conv(X, "a", 2, 1, 3);
        y = model.Node("Relu", [model.Node("MaxPool", [y], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }))]);
        FloatNetwork network = OnnxAssert.Imports(model.Build(y));
        Assert.Equal([Activation.Relu, Activation.None], network.Layers.Select(l => l.Spec.Activation));
    }

    [Fact]
    public void ConcatJoinsChannels()
    {
        var model = new OnnxModelBuilder(2, 4, 3);
        string a = model.Node("Relu", [model.Conv(X, "a", 3, 2, 1)]), b = model.Conv(X, "b", 1, 2, 1);
        FloatNetwork network = OnnxAssert.Imports(model.Build(model.Node("Concat", [a, X, b], ("axis", -3))));
        Assert.Equal(6, network.Layers[^1].Channels);
    }

    [Fact]
    public void SlicesOfRowsAndColumnsAreOneSubsample()
    {
        var model = new OnnxModelBuilder(2, 7, 8);
        string y = model.Node("Slice", [X, model.Integers(0), model.Integers(long.MaxValue), model.Integers(2), model.Integers(2)]);
        y = model.Node("Slice", [y, model.Integers(0), model.Integers(8), model.Integers(-1), model.Integers(3)]);
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal(LayerOp.Subsample, layer.Spec.Op);
        Assert.Equal(new EquatableArray<int>(2, 3), layer.Spec.Stride);
    }

    [Fact]
    public void PadOfChannels()
    {
        var model = new OnnxModelBuilder(2, 3, 3);
        string y = model.Node("Pad", [X, model.Integers(0, 1, 0, 0, 0, 2, 0, 0)]);
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal(new EquatableArray<int>(1, 2), layer.Spec.PadChannels);
    }

    [Fact]
    public void PadOfRowsAndColumnsIsTheConvolutions()
    {
        var model = new OnnxModelBuilder(2, 4, 4);
        string y = model.Node("Pad", [X, model.Integers(0, 0, 0, 1, 0, 0, 1, 2)]);
        y = model.Conv(y, "a", 2, 2, 3, ("pads", new long[] { 1, 1, 1, 1 }));
        FloatLayer layer = Assert.Single(OnnxAssert.Imports(model.Build(y)).Layers);
        Assert.Equal(new EquatableArray<int>(1, 2, 2, 3), layer.Spec.Pad);
    }

    [Theory]
    [InlineData("Flatten")]
    [InlineData("Reshape")]
    [InlineData("View")]
    public void DenseReadsAnImageInItsOwnOrder(string flatten)
    {
        var model = new OnnxModelBuilder(3, 4, 5);
        string image = model.Node("Relu", [model.Conv(X, "a", 2, 3, 1)]);
        string flat = flatten switch
        {
            "Flatten" => model.Node("Flatten", [image]),
            "Reshape" => model.Node("Reshape", [image, model.Integers(-1, 40)]),
            _ => View(model, image),
        };
        string y = model.Node("Gemm", [flat, model.Weights("fc.weight", 6, 40), model.Weights("fc.bias", 6)],
            ("transB", 1), ("alpha", 0.5f), ("beta", 2f));
        FloatNetwork network = OnnxAssert.Imports(model.Build(y));
        Assert.Equal([LayerOp.Conv, LayerOp.Dense], network.Layers.Select(l => l.Spec.Op));
    }

    [Fact]
    public void MatMulAndAddAreDense()
    {
        var model = new OnnxModelBuilder(7);
        string y = model.Node("MatMul", [X, model.Weights("hidden.weight", 7, 5)]);
        y = model.Node("Relu", [model.BatchNormalization(model.Node("Add", [y, model.Weights("b", 5)]), "bn", 5)]);
        y = model.Node("Gemm", [y, model.Weights("out", 5, 3), model.Floats("c", [0.25f], 1)]);
        FloatNetwork network = OnnxAssert.Imports(model.Build(y));
        Assert.Equal((1, 1, 7), (network.Height, network.Width, network.Channels));
        Assert.Equal(2, network.Layers.Count);
    }

    [Fact]
    public void ConcatOfVectorsAfterGlobalPools()
    {
        var model = new OnnxModelBuilder(3, 4, 4);
        string a = model.Node("Flatten", [model.Node("GlobalAveragePool", [X])]);
        string b = model.Node("Squeeze", [model.Node("GlobalMaxPool", [X]), model.Integers(2, 3)]);
        string y = model.Node("MatMul", [model.Node("Concat", [a, b], ("axis", 1)), model.Weights("w", 6, 2)]);
        Assert.Equal(4, OnnxAssert.Imports(model.Build(y)).Layers.Count);
    }

    [Fact]
    public void IdentityDropoutAndConstantNodesLeaveNoLayers()
    {
        var model = new OnnxModelBuilder(2, 3, 3);
        string factor = model.Node("Constant", [], ("value", new TensorProto
        {
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { 1 },
            RawData = ByteString.CopyFrom(BitConverter.GetBytes(-1.5f)),
        }));
        string y = model.Node("Identity", [model.Conv(model.Node("Dropout", [X]), "a", 2, 2, 1)]);
        y = model.Node("Dropout", [model.Node("Mul", [y, model.Node("Identity", [factor])])]);
        FloatNetwork network = OnnxImporter.Import(model.Build(y));
        Assert.Equal("a", Assert.Single(network.Layers).Spec.Name);
        Assert.Equal(y, network.OutputName);
    }

    [Fact]
    public void NodesThatDoNotReachTheOutputAreIgnored()
    {
        var model = new OnnxModelBuilder(2, 3, 3);
        model.Node("Erf", [X]);
        Assert.Single(OnnxAssert.Imports(model.Build(model.Conv(X, "a", 2, 2, 1))).Layers);
    }

    [Fact]
    public void NamesAreCleanAndUnique()
    {
        var model = new OnnxModelBuilder(2, 3, 3);
        string y = model.Conv(X, "input", 2, 2, 1);
        y = model.Node("Conv", [y, model.Weights("onnx::Conv_12", 2, 2, 1, 1)]);
        model.Model.Graph.Node[^1].Name = "/layer1/layer1.0/down/down.0/Conv";
        y = model.Node("Conv", [y, model.Weights("5.weight", 2, 2, 1, 1)]);
        y = model.Node("Conv", [y, model.Weights("é b.weight", 2, 2, 1, 1)]);
        y = model.Node("Conv", [y, "5.weight"]);
        y = model.Node("Add", [y, X]);
        model.Model.Graph.Node[^1].Name = "/layer1/layer1.0/Add_3";
        Assert.Equal(["input_2", "layer1.0.down.0", "conv5", "b", "conv5_2", "layer1.0.add"],
            OnnxAssert.Imports(model.Build(y)).Layers.Select(l => l.Spec.Name));
    }

    /// <summary>x.view(x.size(0), -1) as PyTorch writes it.</summary>
    private static string View(OnnxModelBuilder model, string image)
    {
        string zero = model.Integers(0);
        string batch = model.Node("Gather", [model.Node("Shape", [image]), zero], ("axis", 0));
        string unsqueezed = model.Node("Concat", [batch, model.Integers(-1)], ("axis", 0));
        return model.Node("Reshape", [image, unsqueezed]);
    }
}

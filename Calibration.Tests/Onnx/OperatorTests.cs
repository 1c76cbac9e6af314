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
    [InlineData(6f, Activation.Relu6)]
    [InlineData(float.PositiveInfinity, Activation.Relu)]
    public void Clip(float high, Activation expected)
    {
        var model = new OnnxModelBuilder(1, 3, 3);
        string y = model.Node("Mul", [model.Conv(X, "a", 2, 1, 1), model.Floats("ten", [10])]);
        y = model.Node("Clip", [y, model.Floats("low", [0]), model.Floats("high", [high])]);
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

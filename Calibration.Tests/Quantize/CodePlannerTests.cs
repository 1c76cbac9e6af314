using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Quantize;

public class CodePlannerTests
{
    [Fact]
    public void AResidualBlockKeepsEightBitsWhereItSumsAndOneOperandInTheAccumulator()
    {
        Dictionary<string, LayerPlan> plan = Plan(
            Layer("stem", LayerOp.Conv, Activation.Relu, "input"),
            Layer("a", LayerOp.Conv, Activation.Relu, "stem"),
            Layer("b", LayerOp.Conv, Activation.None, "a"),
            Layer("sum", LayerOp.Add, Activation.Relu, "b", "stem"),
            Layer("pool", LayerOp.GlobalAvgPool, Activation.None, "sum"),
            Layer("flat", LayerOp.Flatten, Activation.None, "pool"),
            Layer("last", LayerOp.Dense, Activation.None, "flat"));

        Assert.Equal(new LayerPlan(4, 8, 8, false), plan["stem"]);
        Assert.Equal(new LayerPlan(4, null, 3, false), plan["a"]);
        Assert.Equal(new LayerPlan(null, null, 3, false), plan["b"]);
        Assert.Equal(new LayerPlan(null, 8, null, false), plan["sum"]);
        Assert.Equal(new LayerPlan(8, null, null, false), plan["pool"]);
        Assert.Equal(new LayerPlan(null, null, null, true), plan["flat"]);
        Assert.Equal(new LayerPlan(null, null, 8, false), plan["last"]);
    }

    [Fact]
    public void OfTwoBareProductsTheLaterOneStaysFloat()
    {
        Dictionary<string, LayerPlan> plan = Plan(
            Layer("stem", LayerOp.Conv, Activation.Relu, "input"),
            Layer("shortcut", LayerOp.Conv, Activation.None, "stem"),
            Layer("main", LayerOp.Conv, Activation.None, "stem"),
            Layer("sum", LayerOp.Add, Activation.Relu, "main", "shortcut"),
            Layer("last", LayerOp.Dense, Activation.None, "sum"));

        Assert.Equal(new LayerPlan(null, 8, 3, false), plan["shortcut"]);
        Assert.Equal(new LayerPlan(null, null, 3, false), plan["main"]);
        Assert.Equal(new LayerPlan(4, null, null, false), plan["sum"]);
    }

    [Fact]
    public void AnOperandThatIsActivatedOrReadTwiceIsCoded()
    {
        Dictionary<string, LayerPlan> plan = Plan(
            Layer("a", LayerOp.Conv, Activation.None, "input"),
            Layer("b", LayerOp.Conv, Activation.Relu, "input"),
            Layer("sum", LayerOp.Add, Activation.None, "a", "b"),
            Layer("again", LayerOp.Add, Activation.None, "sum", "a"),
            Layer("last", LayerOp.Dense, Activation.None, "again"));

        Assert.Equal((null, 8), (plan["a"].CodeBits, plan["a"].SkipBits));
        Assert.Equal((null, 8), (plan["b"].CodeBits, plan["b"].SkipBits));
        Assert.Equal((null, 8), (plan["sum"].CodeBits, plan["sum"].SkipBits));
    }

    [Fact]
    public void MovesPassOnWhatTheirReadersNeed()
    {
        Dictionary<string, LayerPlan> plan = Plan(
            Layer("stem", LayerOp.Conv, Activation.Relu, "input"),
            Layer("pool", LayerOp.MaxPool, Activation.None, "stem"),
            Layer("every", LayerOp.Subsample, Activation.None, "pool"),
            Layer("wide", LayerOp.PadChannels, Activation.None, "every"),
            Layer("main", LayerOp.Conv, Activation.None, "pool"),
            Layer("sum", LayerOp.Add, Activation.Relu, "main", "wide"),
            Layer("last", LayerOp.Dense, Activation.None, "sum"));

        Assert.Equal(new LayerPlan(4, 8, 8, false), plan["stem"]);
        Assert.All((string[])["pool", "every", "wide"], name => Assert.Equal(new LayerPlan(null, null, null, true), plan[name]));
    }

    [Fact]
    public void WithEightBitsOneCodeServesProductsAndSums()
    {
        Dictionary<string, LayerPlan> plan = Plan(
            new QuantizeOptions { Name = "N", Bits = 8 },
            Layer("stem", LayerOp.Conv, Activation.Relu, "input"),
            Layer("main", LayerOp.Conv, Activation.None, "stem"),
            Layer("sum", LayerOp.Add, Activation.Relu, "main", "stem"),
            Layer("last", LayerOp.Dense, Activation.None, "sum"));

        Assert.Equal(new LayerPlan(8, null, 8, false), plan["stem"]);
    }

    [Theory]
    [InlineData(8, 8, null)]
    [InlineData(6, 8, null)]
    [InlineData(5, 8, 8)]
    [InlineData(8, 6, 6)]
    public void WhatOnlyAdditionsReadStaysFloatBesideFineCodes(int bits, int skipBits, int? alone)
    {
        Dictionary<string, LayerPlan> plan = Plan(
            new QuantizeOptions { Name = "N", Bits = bits, SkipBits = skipBits },
            Layer("stem", LayerOp.Conv, Activation.Relu, "input"),
            Layer("shortcut", LayerOp.Conv, Activation.None, "stem"),
            Layer("main", LayerOp.Conv, Activation.None, "stem"),
            Layer("sum", LayerOp.Add, Activation.Relu, "main", "shortcut"),
            Layer("pool", LayerOp.GlobalAvgPool, Activation.None, "sum"),
            Layer("last", LayerOp.Dense, Activation.None, "pool"));

        Assert.Equal((null, skipBits), (plan["sum"].CodeBits, plan["sum"].SkipBits));
        Assert.Equal((null, alone), (plan["shortcut"].CodeBits, plan["shortcut"].SkipBits));
        Assert.Equal((null, null), (plan["main"].CodeBits, plan["main"].SkipBits));
    }

    [Theory]
    [InlineData(8, 4, 8, 8)]
    [InlineData(6, 4, 6, 6)]
    [InlineData(3, 4, null, 3)]
    [InlineData(0, 4, null, 8)]
    public void SumsReadASecondCodeWhereItHasMoreBits(int skipBits, int bits, int? beside, int alone)
    {
        Dictionary<string, LayerPlan> plan = Plan(
            new QuantizeOptions { Name = "N", Bits = bits, SkipBits = skipBits },
            Layer("stem", LayerOp.Conv, Activation.Relu, "input"),
            Layer("main", LayerOp.Conv, Activation.Relu, "stem"),
            Layer("sum", LayerOp.Add, Activation.Relu, "main", "stem"),
            Layer("last", LayerOp.Dense, Activation.None, "sum"));

        Assert.Equal((bits, beside), (plan["stem"].CodeBits, plan["stem"].SkipBits));
        Assert.Equal((null, alone), (plan["main"].CodeBits, plan["main"].SkipBits));
        Assert.Equal((bits, null), (plan["sum"].CodeBits, plan["sum"].SkipBits));
    }

    [Fact]
    public void WeightsOfTheFirstAndTheLastLayerHaveTheirOwnLeastAndNamedLayersTheirOwnBits()
    {
        FloatLayer[] layers =
        [
            Layer("first", LayerOp.Conv, Activation.Relu, "input"),
            Layer("middle", LayerOp.Conv, Activation.Relu, "first"),
            Layer("last", LayerOp.Dense, Activation.None, "middle"),
        ];
        int?[] Bits(QuantizeOptions options) => [.. Plan(options, layers).Values.Select(plan => plan.WeightBits)];
        var options = new QuantizeOptions { Name = "N", WeightBits = 4, EdgeWeightBits = 6 };

        Assert.Equal([6, 4, 6], Bits(options));
        Assert.Equal([7, 7, 7], Bits(options with { WeightBits = 7 }));
        Assert.Equal([2, 4, 6], Bits(options with { LayerWeightBits = new Dictionary<string, int> { ["first"] = 2 } }));
    }

    private static Dictionary<string, LayerPlan> Plan(params FloatLayer[] layers) =>
        Plan(new QuantizeOptions { Name = "N", Bits = 4, WeightBits = 3 }, layers);

    private static Dictionary<string, LayerPlan> Plan(QuantizeOptions options, params FloatLayer[] layers)
    {
        var network = new FloatNetwork(8, 8, 4, "x", "y", layers, layers[^1].Spec.Name, []);
        CodePlan plan = CodePlanner.Plan(network, options);
        return layers.Zip(plan.Layers).ToDictionary(pair => pair.First.Spec.Name, pair => pair.Second);
    }

    private static FloatLayer Layer(string name, LayerOp op, Activation activation, params string[] inputs) => new()
    {
        Spec = new LayerSpec { Name = name, Op = op, Activation = activation, Inputs = new EquatableArray<string>(inputs) },
        OnnxOutput = name,
        Height = 8,
        Width = 8,
        Channels = 4,
    };
}

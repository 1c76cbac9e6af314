using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Allocation;

public class BitAllocatorTests
{
    private static readonly int[] AllBits = [.. Enumerable.Range(1, 8)];

    // Tensors of different sizes; "stem" is multiplied by two layers, in one case behind a move.
    private static readonly FloatNetwork Network = Make(
        Layer("stem", LayerOp.Conv, 9, 4, 36, "input"),
        Layer("pool", LayerOp.MaxPool, 3, 4, 0, "stem"),
        Layer("left", LayerOp.Conv, 3, 6, 24, "pool"),
        Layer("right", LayerOp.Conv, 3, 6, 216, "pool"),
        Layer("sum", LayerOp.Add, 3, 6, 0, "left", "right"),
        Layer("last", LayerOp.Dense, 1, 10, 540, "sum"));

    [Fact]
    public void NoEnumeratedAllocationOfARateIsBetter()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            Dictionary<string, double[]> losses = Losses(random, "stem", "sum");
            double rate = 1 + (7 * random.NextDouble());

            QuantizeOptions found = Allocate(Options with { Rate = rate }, losses, []);

            int stem = 9 * 9 * 4, sum = 3 * 3 * 6;
            double best = (from a in AllBits
                           from b in AllBits
                           where (a * stem) + (b * sum) <= rate * (stem + sum)
                           select losses["stem"][a - 1] + losses["sum"][b - 1]).Min();
            Assert.Equal(best, losses["stem"][found.LayerBits["stem"] - 1] + losses["sum"][found.LayerBits["sum"] - 1], 1e-12);
            Assert.True(CodeRate.Of(Network.Layers.Zip(CodePlanner.Plan(Network, found).Layers, (layer, plan) => (layer, plan.CodeBits, plan.SkipBits))).Codes <= rate);
        }
    }

    [Fact]
    public void ARateOfWholeBitsIsMetByFixedOnesToo()
    {
        QuantizeOptions found = Allocate(
            Options with { Rate = 2, LayerBits = new Dictionary<string, int> { ["sum"] = 7 } }, Losses(new Random(1), "stem", "sum"), []);

        Assert.Equal(7, found.LayerBits["sum"]);
        Assert.Equal(1, found.LayerBits["stem"]);
    }

    [Fact]
    public void NoEnumeratedAllocationOfBytesIsBetter()
    {
        string[] names = ["stem", "left", "right", "last"];
        int[] weights = [36, 24, 216, 540];
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            Dictionary<string, double[]> losses = Losses(random, names);
            long budget = random.Next(200 + weights.Sum() / 8, 200 + weights.Sum());
            long Bytes(FloatLayer layer, int bits) => layer.Weights.Length * bits / 8;

            QuantizeOptions found = Allocate(Options with { Bytes = new ByteBudget(budget, 200, Bytes), EdgeWeightBits = 1 }, [], losses);

            double best = (from a in AllBits
                           from b in AllBits
                           from c in AllBits
                           from d in AllBits
                           let bits = (int[])[a, b, c, d]
                           where 200 + bits.Zip(weights, (k, n) => k * n / 8).Sum() <= budget
                           select names.Zip(bits, (name, k) => losses[name][k - 1]).Sum()).Min();
            Assert.Equal(best, names.Sum(name => losses[name][found.LayerWeightBits[name] - 1]), 1e-12);
        }
    }

    [Fact]
    public void NoEnumeratedAllocationOfATimeIsBetter()
    {
        string[] names = ["stem", "left", "right", "last"];
        int[] few = [1, 2, 4, 8];
        double Cycles(FloatLayer layer, int weightBits, int codeBits) =>
            weightBits == 0 ? 10 : layer.Weights.Length * (weightBits + (0.37 * codeBits * codeBits));
        for (int seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            Dictionary<string, double[]> codes = Losses(random, "stem", "sum"), weights = Losses(random, names);
            QuantizeOptions Timed(double cycles) => Options with { Time = new TimeBudget(cycles, Cycles), EdgeWeightBits = 1 };
            var all = from stem in AllBits
                      from sum in AllBits
                      from a in AllBits
                      from b in AllBits
                      from c in AllBits
                      from d in few
                      select new
                      {
                          Time = 20 + Cycle("stem", a, 8) + Cycle("left", b, stem) + Cycle("right", c, stem) + Cycle("last", d, sum),
                          Loss = codes["stem"][stem - 1] + codes["sum"][sum - 1]
                              + weights["stem"][a - 1] + weights["left"][b - 1] + weights["right"][c - 1] + weights["last"][d - 1],
                      };
            double Cycle(string name, int weightBits, int codeBits) => Math.Ceiling(Cycles(Find(name), weightBits, codeBits));
            double budget = 5000 + (8000 * random.NextDouble());

            QuantizeOptions found = Allocate(Timed(budget), codes, weights);

            double time = 20 + names.Sum(name => Cycle(name, found.LayerWeightBits[name], name switch
            {
                "stem" => 8,
                "last" => found.LayerBits["sum"],
                _ => found.LayerBits["stem"],
            }));
            double loss = codes.Sum(pair => pair.Value[found.LayerBits[pair.Key] - 1]) + weights.Sum(pair => pair.Value[found.LayerWeightBits[pair.Key] - 1]);
            Assert.True(time <= budget, $"{time} of {budget}");
            Assert.True(loss <= all.Where(one => one.Time <= budget).Min(one => one.Loss) + 1e-12);
        }
    }

    [Fact]
    public void MoreRateIsNeverWorse()
    {
        Dictionary<string, double[]> losses = Losses(new Random(3), "stem", "sum");
        double before = double.PositiveInfinity;
        for (double rate = 1; rate <= 8; rate += 0.1)
        {
            QuantizeOptions found = Allocate(Options with { Rate = rate }, losses, []);
            double loss = losses.Sum(pair => pair.Value[found.LayerBits[pair.Key] - 1]);

            Assert.True(loss <= before);
            before = loss;
        }
    }

    [Fact]
    public void TheFirstAndTheLastLayerKeepTheirLeast()
    {
        QuantizeOptions found = Allocate(
            Options with { Bytes = new ByteBudget(36 + 540 + 60, 0, (layer, bits) => layer.Weights.Length * bits / 8) },
            [], Losses(new Random(1), "stem", "left", "right", "last"));

        Assert.Equal((8, 8), (found.LayerWeightBits["stem"], found.LayerWeightBits["last"]));
        Assert.True(found.LayerWeightBits["right"] < 3);
    }

    [Fact]
    public void WhatIsNotPossibleIsSaidWithTheLeast()
    {
        QuantizeOptions rate = Options with { Rate = 1.5, LayerBits = new Dictionary<string, int> { ["stem"] = 8 } };
        QuantizeOptions bytes = Options with { Bytes = new ByteBudget(1000, 950, (_, bits) => 10 * bits), EdgeWeightBits = 2 };
        QuantizeOptions time = Options with { Time = new TimeBudget(100, (_, weightBits, _) => weightBits == 0 ? 1 : 30 * weightBits), EdgeWeightBits = 1 };

        Assert.Contains("the least is 7 bits", Assert.Throws<BudgetException>(() => BitAllocator.Check(Network, rate)).Message);
        Assert.Contains("the least is 1,010 bytes", Assert.Throws<BudgetException>(() => BitAllocator.Check(Network, bytes)).Message);
        Assert.Contains("the least is 122 cycles", Assert.Throws<BudgetException>(() => BitAllocator.Check(Network, time)).Message);
    }

    private static QuantizeOptions Options => new() { Name = "N" };

    private static QuantizeOptions Allocate(QuantizeOptions options, Dictionary<string, double[]> codes, Dictionary<string, double[]> weights) =>
        new BitAllocator(Network, options, codes, weights).Allocate();

    private static Dictionary<string, double[]> Losses(Random random, params string[] names) => names.ToDictionary(
        name => name,
        _ =>
        {
            double loss = Math.Exp(6 * random.NextDouble());
            return AllBits.Select(_ => loss *= 0.2 + (0.3 * random.NextDouble())).ToArray();
        });

    private static FloatLayer Find(string name) => Network.Layers.First(layer => layer.Spec.Name == name);

    private static FloatNetwork Make(params FloatLayer[] layers) => new(9, 9, 1, "x", "y", layers, layers[^1].Spec.Name, []);

    private static FloatLayer Layer(string name, LayerOp op, int side, int channels, int weights, params string[] inputs) => new()
    {
        Spec = new LayerSpec { Name = name, Op = op, Inputs = new EquatableArray<string>(inputs) },
        OnnxOutput = name,
        Weights = new float[weights],
        Height = side,
        Width = side,
        Channels = channels,
    };
}

using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Calibration.Tests.Onnx;

namespace BitKernelGen.Calibration.Tests.Allocation;

public class SensitivityTests
{
    private static readonly SensitivityEffort Effort = new([2, 4], 5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheErrorOfACodeReachesProductsAndSumsWhereTheyShareIt(bool productsOnly)
    {
        FloatNetwork network = Residual();
        float[][] samples = Samples(network, 5);
        float[][] stem = Tensors(network, "stem", samples), outputs = Tensors(network, "last", samples);
        var histogram = new Histogram();
        Array.ForEach(stem, values => histogram.Add(values));
        Bottleneck[] curve = [.. BottleneckSolver.Solve(histogram).Points];

        double[] losses = new CodeSensitivity(network, ["stem", "sum"], productsOnly)
            .Measure(samples, Effort, new Dictionary<string, Bottleneck[]> { ["stem"] = curve, ["sum"] = curve }, null)["stem"];

        float[] main = Find(network, "main").Weights, last = Find(network, "last").Weights;
        foreach (int bits in Effort.Bits)
        {
            double moved = stem.Sum(values =>
            {
                var encoder = new LevelEncoder(curve[bits - 1].Spec);
                float[] error = [.. encoder.Decode(encoder.Encode(values)).Zip(values, (coded, exact) => coded - exact)];
                float[] summed = Times(main, error);
                if (!productsOnly)
                    summed = [.. summed.Zip(error, (a, b) => a + b)];
                return Energy(Times(last, summed));
            });
            Assert.Equal(moved / outputs.Sum(Energy), losses[bits - 1], moved / outputs.Sum(Energy) * 1e-3);
        }

        Assert.True(losses.Zip(losses.Skip(1)).All(pair => pair.First > pair.Second));
    }

    [Fact]
    public void RoundedWeightsTakeThePlaceOfTheModels()
    {
        FloatNetwork network = Residual();
        float[][] samples = Samples(network, 5);
        float[][] sums = Tensors(network, "sum", samples), outputs = Tensors(network, "last", samples);
        FloatLayer last = Find(network, "last");
        double[] distortion = [.. Enumerable.Range(1, 8).Select(bits => Math.Pow(4, -bits))];

        double[] losses = new WeightSensitivity(network).Measure(
            samples, Effort, new Dictionary<string, double[]> { ["stem"] = distortion, ["main"] = distortion, ["last"] = distortion }, null)["last"];

        foreach (int bits in Effort.Bits)
        {
            float[] rounded = WeightQuantizer.Quantize(last.Weights, last.Bias, bits).Dequantize();
            float[] error = [.. rounded.Zip(last.Weights, (a, b) => a - b)];
            double moved = sums.Sum(values => Energy(Times(error, values))) / outputs.Sum(Energy);
            Assert.Equal(moved, losses[bits - 1], moved * 1e-3);
        }
    }

    [Fact]
    public void SensitivityIsInterpolatedBetweenMeasurementsAndKeptBeyond()
    {
        double[] distortion = [16, 8, 4, 2, 1, 0.5, 0.25, 0];

        double[] losses = LossCurve.Extend(distortion, [(2, 8), (4, 8)]);

        Assert.Equal([16, 8, 8, 8, 4, 2, 1, 0], losses.Select(loss => Math.Round(loss, 9)));
        Assert.All(LossCurve.Extend(distortion, [(2, 0)]), loss => Assert.Equal(0, loss));
    }

    [Fact]
    public void EffortFallsAsNetworksGrow()
    {
        FloatNetwork network = Residual();

        Assert.Equal(32, SensitivityEffort.For(network, 2).Samples);
        Assert.Equal(8, SensitivityEffort.For(network with { Layers = [.. Enumerable.Repeat(Find(network, "main") with { Height = 1 << 20 }, 1 << 10)] }, 1 << 10).Samples);
    }

    /// <summary>last(main(stem(x)) + stem(x)), all linear.</summary>
    private static FloatNetwork Residual()
    {
        var builder = new OnnxModelBuilder(3, 1, 1);
        string stem = builder.Conv(OnnxModelBuilder.Input, "stem", 4, 3, 1), main = builder.Conv(stem, "main", 4, 4, 1);
        string sum = builder.Node("Add", [main, stem]);
        string flat = builder.Node("Flatten", [sum]);
        string last = builder.Node("MatMul", [flat, builder.Weights("last.weight", 4, 2)]);
        FloatNetwork network = OnnxImporter.Import(builder.Build(last));
        return network with
        {
            Layers = [.. network.Layers.Select(layer => layer.Spec.Op == Profiles.LayerOp.Add ? Renamed(layer, "sum") : layer.Spec.Op == Profiles.LayerOp.Dense ? Renamed(layer, "last") : layer with
            {
                Spec = layer.Spec with { Inputs = new Profiles.EquatableArray<string>(layer.Spec.Inputs.Select(name => name == "add" ? "sum" : name)) },
            })],
            Output = "last",
        };
    }

    private static FloatLayer Renamed(FloatLayer layer, string name) => layer with { Spec = layer.Spec with { Name = name } };

    private static FloatLayer Find(FloatNetwork network, string name) => network.Layers.First(layer => layer.Spec.Name == name);

    private static float[][] Samples(FloatNetwork network, int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, network.Channels).Select(_ => (float)random.NextDouble()).ToArray())];
    }

    private static float[][] Tensors(FloatNetwork network, string layer, float[][] samples)
    {
        using var runner = new FloatRunner(network, [Find(network, layer).OnnxOutput]);
        return Array.ConvertAll(samples, sample =>
        {
            float[] result = [];
            runner.Run([sample], (_, values) => result = values.ToArray());
            return result;
        });
    }

    private static float[] Times(float[] matrix, float[] vector) =>
        [.. Enumerable.Range(0, matrix.Length / vector.Length).Select(row => vector.Select((x, i) => x * matrix[(row * vector.Length) + i]).Sum())];

    private static double Energy(float[] values) => values.Sum(x => (double)x * x);
}

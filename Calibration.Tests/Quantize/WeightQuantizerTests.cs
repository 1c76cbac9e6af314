using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Tests.Quantize;

public class WeightQuantizerTests
{
    [Fact]
    public void ErrorIsNoMoreThanWithTheLargestWeightAsRangeAndFallsWithEveryBit()
    {
        float[] weights = Row(500);
        double before = double.PositiveInfinity;
        for (int bits = 1; bits <= 8; bits++)
        {
            LayerWeights rounded = WeightQuantizer.Quantize(weights, [0.5f], bits);

            double error = SquaredError(weights, rounded.Scale[0], rounded.Values);
            int largest = LayerWeights.Largest(bits);
            float range = weights.Max(Math.Abs) / largest;
            sbyte[] plain = [.. weights.Select(weight => WeightQuantizer.Round(weight / range, bits))];
            Assert.True(error <= SquaredError(weights, range, plain));
            Assert.True(error < before);
            Assert.All(rounded.Values, value => Assert.InRange(value, -largest, largest));
            Assert.Equal([0.5f], rounded.Bias);
            before = error;
        }
    }

    [Fact]
    public void OneBitIsASignTimesTheMeanMagnitude()
    {
        LayerWeights rounded = WeightQuantizer.Quantize([1, -2, 3, -6], [0], 1);

        Assert.Equal([1, -1, 1, -1], rounded.Values);
        Assert.Equal([3], rounded.Scale);
    }

    [Fact]
    public void AnOutputWithoutWeightsGetsAValidScale()
    {
        LayerWeights rounded = WeightQuantizer.Quantize([0, 0, 1, -1], [0, 0], 4);

        Assert.Equal([0, 0, 7, -7], rounded.Values);
        Assert.All(rounded.Scale, scale => Assert.True(scale > 0));
    }

    [Fact]
    public void WeightsOnTheGridAreKeptExactly()
    {
        sbyte[] values = [.. Enumerable.Range(-7, 15).Select(value => (sbyte)value)];

        LayerWeights rounded = WeightQuantizer.Quantize([.. values.Select(value => value * 0.25f)], [0], 4);

        Assert.Equal(values, rounded.Values);
        Assert.Equal(0.25f, rounded.Scale[0]);
    }

    private static float[] Row(int count)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => (float)Enumerable.Range(0, 6).Sum(_ => random.NextDouble() - 0.5))];
    }

    private static double SquaredError(float[] weights, double scale, sbyte[] values) =>
        weights.Select((weight, i) => Math.Pow(weight - (scale * values[i]), 2)).Sum();
}

using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Tests.Quantize;

public class RoundingTests
{
    private const int Outputs = 7;
    private const int Inputs = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void CompensatedRoundingIsNeverWorseThanTheNearest(int bits)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            (float[] weights, double[] covariance) = Problem(seed);
            LayerWeights nearest = WeightQuantizer.Quantize(weights, new float[Outputs], bits);
            LayerWeights plain = SequentialRounding.Compensated(weights, nearest, covariance, new Recipe { DescentBits = 0 });
            LayerWeights descended = SequentialRounding.Compensated(weights, nearest, covariance, new Recipe { DescentBits = 8 });

            double[] errors = Errors(weights, covariance, nearest), compensated = Errors(weights, covariance, plain);
            double[] improved = Errors(weights, covariance, descended);

            const double Rounding = 1 + 1e-6;
            Assert.All(Enumerable.Range(0, Outputs), o => Assert.True(compensated[o] <= errors[o] * Rounding, $"{compensated[o]} > {errors[o]}"));
            Assert.All(Enumerable.Range(0, Outputs), o => Assert.True(improved[o] <= compensated[o] * Rounding, $"{improved[o]} > {compensated[o]}"));
            Assert.True(compensated.Sum() < errors.Sum(), $"{compensated.Sum()} of {errors.Sum()}");
        }
    }

    [Theory]
    [InlineData(1, new[] { -1, 1 })]
    [InlineData(2, new[] { -1, 0, 1 })]
    public void CoarseWeightsHaveTheValuesOfTheirBits(int bits, int[] allowed)
    {
        (float[] weights, double[] covariance) = Problem(seed: 9);
        LayerWeights nearest = WeightQuantizer.Quantize(weights, new float[Outputs], bits);

        LayerWeights rounded = SequentialRounding.Compensated(weights, nearest, covariance, Recipe.Full);

        Assert.Equal(allowed, rounded.Values.Select(value => (int)value).Distinct().Order());
        Assert.All(rounded.Scale, scale => Assert.True(scale > 0));
        Assert.True(Errors(weights, covariance, rounded).Sum() < Errors(weights, covariance, nearest).Sum());
    }

    /// <summary>Descent on a problem so small that every rounding can be tried: its error is within a tenth of the least.</summary>
    [Fact]
    public void DescentComesCloseToTheBestOfAllRoundings()
    {
        const int Size = 6;
        for (int seed = 0; seed < 10; seed++)
        {
            (float[] weights, double[] covariance) = Problem(seed, 1, Size);
            LayerWeights nearest = WeightQuantizer.Quantize(weights, new float[1], 2);
            LayerWeights rounded = SequentialRounding.Compensated(weights, nearest, covariance, Recipe.Full);
            double least = double.PositiveInfinity;
            for (int code = 0; code < Math.Pow(3, Size); code++)
            {
                sbyte[] values = [.. Enumerable.Range(0, Size).Select(i => (sbyte)((int)(code / Math.Pow(3, i)) % 3 - 1))];
                least = Math.Min(least, Errors(weights, covariance, rounded with { Values = values }, Size)[0]);
            }

            double error = Errors(weights, covariance, rounded, Size)[0];
            Assert.InRange(error, least * (1 - 1e-9), least * 1.1);
        }
    }

    private static double[] Errors(float[] weights, double[] covariance, LayerWeights rounded, int inputs = Inputs)
    {
        float[] real = rounded.Dequantize();
        return [.. Enumerable.Range(0, rounded.Outputs).Select(o =>
        {
            double error = 0;
            for (int i = 0; i < inputs; i++)
            {
                for (int j = 0; j < inputs; j++)
                {
                    double first = (double)weights[(o * inputs) + i] - real[(o * inputs) + i];
                    error += first * covariance[(i * inputs) + j] * ((double)weights[(o * inputs) + j] - real[(o * inputs) + j]);
                }
            }

            return error;
        })];
    }

    /// <summary>Random weights, and the covariance of inputs that have much in common.</summary>
    private static (float[] Weights, double[] Covariance) Problem(int seed, int outputs = Outputs, int inputs = Inputs)
    {
        var random = new Random(seed);
        double[] factors = [.. Enumerable.Range(0, inputs * inputs).Select(_ => random.NextDouble() - 0.3)];
        var covariance = new double[inputs * inputs];
        for (int i = 0; i < inputs; i++)
        {
            for (int j = 0; j < inputs; j++)
            {
                for (int k = 0; k < inputs / 2; k++)
                    covariance[(i * inputs) + j] += factors[(i * inputs) + k] * factors[(j * inputs) + k];
            }

            covariance[(i * inputs) + i] += 0.5;
        }

        return ([.. Enumerable.Range(0, outputs * inputs).Select(_ => (float)(random.NextDouble() - 0.5))], covariance);
    }
}

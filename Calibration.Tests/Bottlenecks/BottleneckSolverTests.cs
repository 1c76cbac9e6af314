using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Calibration.Tests.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Bottlenecks;

public class BottleneckSolverTests
{
    // 0.07 dB: what even levels may lose before they are given up, and what snapping may lose.
    private const double Tolerance = 1.0163;

    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void NeverWorseThanUniformNorThanThePaperNorThanFewerBits(string name)
    {
        var values = new CumulativeHistogram(Distributions.HistogramOf(Distributions.Draw(name)));
        RateDistortionCurve even = BottleneckSolver.Solve(values, LevelSpacing.Even);
        double rounding = 1e-12 * values.Energy / values.Count;
        foreach (LevelSpacing spacing in Enum.GetValues<LevelSpacing>())
        {
            RateDistortionCurve curve = BottleneckSolver.Solve(values, spacing);
            for (int bits = 1; bits <= RateDistortionCurve.MostBits; bits++)
            {
                double paper = PaperLasso.WithBits(values, values.High, bits).Bottleneck.Distortion;
                Assert.True(curve[bits].Distortion <= EvenCodes.OfRange(values, bits).Distortion + rounding, $"{spacing}, {bits} bits, range");
                Assert.True(curve[bits].Distortion <= even[bits].Distortion + rounding, $"{spacing}, {bits} bits, uniform");
                Assert.True(spacing == LevelSpacing.Even || curve[bits].Distortion <= paper + rounding, $"{spacing}, {bits} bits, the paper's");
                Assert.True(bits == 1 || curve[bits].Distortion <= curve[bits - 1].Distortion + rounding, $"{spacing}, {bits} bits, fewer");
            }
        }
    }

    [Fact]
    public void LevelsStayEvenWhereOthersGainLittle()
    {
        Histogram exponential = Distributions.HistogramOf(Distributions.Draw("exponential"));
        Histogram bimodal = Distributions.HistogramOf(Distributions.Draw("bimodal"));

        Assert.Empty(BottleneckSolver.Solve(exponential)[4].Spec.Coefficients);
        Assert.NotEmpty(BottleneckSolver.Solve(exponential, LevelSpacing.Any)[4].Spec.Coefficients);
        Assert.NotEmpty(BottleneckSolver.Solve(bimodal)[4].Spec.Coefficients);
        Assert.Empty(BottleneckSolver.Solve(bimodal, LevelSpacing.Even)[4].Spec.Coefficients);
    }

    /// <summary>The figures are those of the arithmetic that runs, on the raw values.</summary>
    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void FiguresAreThoseOfEncodedValues(string name)
    {
        float[] values = Distributions.Draw(name);
        Histogram histogram = Distributions.HistogramOf(values);
        double energy = values.Average(x => (double)x * x);
        foreach (LevelSpacing spacing in Enum.GetValues<LevelSpacing>())
        {
            foreach (Bottleneck bottleneck in BottleneckSolver.Solve(histogram, spacing).Points)
            {
                Code code = Code.Of(bottleneck.Spec);
                Assert.Equal((0.0, bottleneck.Spec.Bits), (code.ApproximationError, code.Bits));
                Assert.InRange(code.MaxLevel, 1, 255);
                Assert.Contains(code.Zero, code.Levels());

                var encoder = new LevelEncoder(bottleneck.Spec);
                float[] decoded = encoder.Decode(encoder.Encode(values));
                double raw = values.Zip(decoded).Average(pair => Math.Pow((double)pair.First - pair.Second, 2));
                if (raw > 1e-9 * energy)
                {
                    Assert.InRange(10 * Math.Log10(bottleneck.Distortion / raw), -0.02, 0.02);
                    Assert.Equal(10 * Math.Log10(energy / raw), bottleneck.SqnrDb, 0.021);
                }
                else
                {
                    Assert.True(bottleneck.Distortion <= 2e-9 * energy);
                }
            }
        }
    }

    [Theory]
    [InlineData(2, 13.3)]
    [InlineData(3, 18.9)]
    [InlineData(4, 24.3)]
    [InlineData(5, 29.7)]
    public void HalfNormalValuesReachTheKnownOptimum(int bits, double sqnr)
    {
        Histogram histogram = Distributions.HistogramOf(Distributions.Draw("half-normal", 400_000));

        Assert.InRange(BottleneckSolver.Solve(histogram)[bits].SqnrDb, sqnr - 0.1, sqnr + 0.2);
        Assert.InRange(BottleneckSolver.Solve(histogram, LevelSpacing.Any)[bits].SqnrDb, sqnr - 0.1, sqnr + 0.2);
    }

    [Fact]
    public void DiscreteValuesAreMetExactly()
    {
        Histogram histogram = Distributions.HistogramOf(Distributions.Draw("discrete"));

        Bottleneck three = BottleneckSolver.Solve(histogram, LevelSpacing.Any)[3];

        Assert.True(three.SqnrDb > 100, $"{three.SqnrDb} dB");
        // 10, 3, 1 up to a common factor.
        double[] coefficients = [.. three.Spec.Coefficients];
        Assert.Equal([10, 3, 1], coefficients.Select(coefficient => coefficient / coefficients[2]));
    }

    /// <summary>
    /// Two bits on a few values. Every way to deal sorted values out to the four codes, in every order of the codes, with every
    /// choice of signs, has its own least squares; the least of all is the optimum over all real coefficients and steps.
    /// </summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    public void TwoBitsReachTheOptimumThatBruteForceFinds(int seed, bool signed)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, 8).Select(_ => (float)(random.NextDouble() * 4) - (signed ? 1.5f : 0)).Order()];
        double least = double.PositiveInfinity;
        foreach (int[] order in Permutations([0, 1, 2, 3]))
        {
            for (int first = 0; first <= values.Length; first++)
            {
                for (int second = first; second <= values.Length; second++)
                {
                    for (int third = second; third <= values.Length; third++)
                    {
                        int[] codes = [.. values.Select((_, i) => order[i < first ? 0 : i < second ? 1 : i < third ? 2 : 3])];
                        for (int negative = 0; negative < 4; negative++)
                            least = Math.Min(least, LeastSquaresError(values, codes, negative));
                    }
                }
            }
        }

        Bottleneck solved = BottleneckSolver.Solve(Distributions.HistogramOf(values), LevelSpacing.Any)[2];

        Assert.InRange(solved.Distortion, least * (1 - 1e-6), (least * Tolerance) + 1e-9);
    }

    /// <summary>Three bits: all integer coefficients up to 16 with steps of a fine grid.</summary>
    [Theory]
    [InlineData("half-normal")]
    [InlineData("exponential")]
    [InlineData("bimodal")]
    [InlineData("heavy-tailed")]
    public void ThreeBitsAreAsGoodAsAllSmallIntegersTried(string name)
    {
        var values = new CumulativeHistogram(Distributions.HistogramOf(Distributions.Draw(name, 2000)));
        double least = double.PositiveInfinity;
        for (int a = 1; a <= 16; a++)
        {
            for (int b = 1; b <= a; b++)
            {
                for (int c = 1; c <= b; c++)
                {
                    double[] levels = [.. new double[] { 0, a, b, c, a + b, a + c, b + c, a + b + c }.Order()];
                    for (double top = values.High; top > values.High / 20; top *= 0.95)
                        least = Math.Min(least, values.Distortion(Array.ConvertAll(levels, level => level * top / levels[^1])));
                }
            }
        }

        Assert.True(BottleneckSolver.Solve(values, LevelSpacing.Any)[3].Distortion <= least * Tolerance);
    }

    [Fact]
    public void ATensorOfZerosAndAnEmptyOneHaveCodes()
    {
        foreach (float[] values in (float[][])[new float[10], []])
        {
            RateDistortionCurve curve = BottleneckSolver.Solve(Distributions.HistogramOf(values), LevelSpacing.Any);
            Assert.All(curve.Points, point => Assert.Equal((0.0, true), (point.Distortion, point.Spec.Step > 0)));
        }
    }

    private static double LeastSquaresError(float[] values, int[] codes, int negative)
    {
        var moments = new BitMoments(2);
        for (int i = 0; i < values.Length; i++)
            moments.Add(codes[i], 1, values[i]);
        moments.Complete(negative);
        double[] gram = moments.Gram, products = moments.Products;
        double Error(double a, double b) => values.Sum(x => (double)x * x) - (2 * ((a * products[0]) + (b * products[1])))
            + (a * a * gram[0]) + (2 * a * b * gram[1]) + (b * b * gram[3]);
        double determinant = (gram[0] * gram[3]) - (gram[1] * gram[1]);
        double only0 = Error(gram[0] > 0 ? Math.Max(0, products[0] / gram[0]) : 0, 0);
        double only1 = Error(0, gram[3] > 0 ? Math.Max(0, products[1] / gram[3]) : 0);
        double least = Math.Min(only0, only1);
        if (determinant > 1e-12)
        {
            double a = ((products[0] * gram[3]) - (products[1] * gram[1])) / determinant;
            double b = ((products[1] * gram[0]) - (products[0] * gram[1])) / determinant;
            least = a > 0 && b > 0 ? Math.Min(least, Error(a, b)) : least;
        }

        return least / values.Length;
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 1
        ? [items]
        : items.SelectMany(item => Permutations([.. items.Where(other => other != item)]).Select(rest => (int[])[item, .. rest]));
}

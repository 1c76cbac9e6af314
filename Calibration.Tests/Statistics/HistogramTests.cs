using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Tests.Statistics;

public class HistogramTests
{
    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void PartsAddUpToTheWholeInAnyOrderToTheLastBit(string name)
    {
        float[] values = Distributions.Draw(name);
        Histogram whole = Distributions.HistogramOf(values);
        Histogram[] parts = [.. values.Chunk(777).Select(part => Distributions.HistogramOf(part))];
        Histogram forward = new(), backward = new(), ascending = new();
        foreach (Histogram part in parts)
            forward.Add(part);
        foreach (Histogram part in parts.Reverse())
            backward.Add(part);
        foreach (float value in values.Order())
            ascending.Add([value]);

        Assert.All([forward, backward, ascending], sum => Assert.True(whole.HasSame(sum)));
        ascending.Add([values[0]]);
        Assert.False(whole.HasSame(ascending));
    }

    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void EveryValueIsInTheBinThatHoldsItAndSumsAreExact(string name)
    {
        float[] values = Distributions.Draw(name);

        Histogram histogram = Distributions.HistogramOf(values);

        Assert.Equal((values.Length, values.Min(), values.Max()), (histogram.Count, histogram.Min, histogram.Max));
        Assert.Equal(values.Count(value => value == 0), histogram.Zeros);
        Assert.Equal(values.Sum(value => (double)value * value), histogram.Energy, 1e-9 * histogram.Energy);
        foreach (HistogramBin bin in histogram.Bins())
        {
            // Negative bins are closed above, positive ones below.
            float[] held = [.. values.Where(value => value == bin.Low && value >= 0
                || value == bin.High && value <= 0 || (value > bin.Low && value < bin.High))];
            Assert.Equal(bin.Count, held.Length);
            Assert.Equal(bin.Sum, held.Sum(value => (double)value), 1e-12 * Math.Abs(bin.Sum));
        }
    }

    [Fact]
    public void NumbersOfAllMagnitudesAreHeld()
    {
        float[] values = [float.Epsilon, -float.Epsilon, 1e-40f, float.MinValue, float.MaxValue, 1, -0f, 0];
        Histogram histogram = Distributions.HistogramOf(values), other = Distributions.HistogramOf([.. values.Reverse()]);

        Assert.True(histogram.HasSame(other));
        Assert.Equal(2, histogram.Zeros);
        Assert.Equal(float.MaxValue, histogram.Bins()[^1].Sum);
        Assert.Equal(float.MinValue, histogram.Bins()[0].Sum);
        Assert.Equal(8, histogram.Bins().Sum(bin => bin.Count));
    }

    [Fact]
    public void ASummaryCountsEverythingOnce()
    {
        HistogramSummary summary = Distributions.HistogramOf([-1, 0, 0, 0.5f, 3]).Summarize(4);

        Assert.Equal((-1, 3), (summary.Low, summary.High));
        Assert.Equal([1, 3, 0, 1], summary.Counts);
    }

    /// <summary>For k of 1 to 8, codes that are even and codes that are not, clipped at 60 % of the range.</summary>
    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void DistortionIsThatOfTheValues(string name)
    {
        float[] values = Distributions.Draw(name);
        var histogram = new CumulativeHistogram(Distributions.HistogramOf(values));
        double range = histogram.High - histogram.Low;
        for (int bits = 1; bits <= 8; bits++)
        {
            double[] even = [.. Enumerable.Range(0, bits).Select(bit => (double)(1 << (bits - 1 - bit)))];
            double[] uneven = [.. Enumerable.Range(0, bits).Select(bit => Math.Pow(1.7, bits - 1 - bit))];
            foreach (double[] coefficients in (double[][])[even, uneven])
            {
                double step = 0.6 * range / coefficients.Sum();
                double[] levels = [.. Enumerable.Range(0, 1 << bits)
                    .Select(code => step * coefficients.Where((_, bit) => (code >> (bits - 1 - bit) & 1) != 0).Sum()).Order()];
                double zero = levels.MinBy(level => Math.Abs(level + (0.6 * Math.Min(0, histogram.Low))));
                double[] points = [.. levels.Select(level => level - zero)];
                double raw = values.Average(x => points.Min(point => Math.Pow(x - point, 2)));

                Assert.InRange(10 * Math.Log10(histogram.Distortion(points) / raw), -0.02, 0.02);
            }
        }
    }

    [Fact]
    public void AValueThatIsNotFiniteIsRefused()
    {
        Assert.Throws<ArgumentException>(() => new Histogram().Add([1, float.NaN]));
        Assert.Throws<ArgumentException>(() => new Histogram().Add([float.PositiveInfinity]));
    }
}

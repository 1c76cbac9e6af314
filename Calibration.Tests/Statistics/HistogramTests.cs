using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Tests.Statistics;

public class HistogramTests
{
    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void PartsAddUpToTheWholeInAnyOrder(string name)
    {
        float[] values = Distributions.Draw(name);
        Histogram whole = Distributions.HistogramOf(values);
        Histogram[] parts = [.. values.Chunk(777).Select(part => Distributions.HistogramOf(part))];
        Histogram forward = new(), backward = new();
        foreach (Histogram part in parts)
            forward.Add(part);
        foreach (Histogram part in parts.Reverse())
            backward.Add(part);

        foreach (Histogram sum in (Histogram[])[forward, backward])
        {
            Assert.Equal(whole.Width, sum.Width);
            Assert.Equal(whole.Counts, sum.Counts);
            Assert.Equal((whole.Min, whole.Max, whole.Count), (sum.Min, sum.Max, sum.Count));
            for (int bin = 0; bin < whole.Counts.Length; bin++)
            {
                Assert.Equal(whole.Sums[bin], sum.Sums[bin], 1e-9 * Math.Abs(whole.Sums[bin]));
                Assert.Equal(whole.SumsOfSquares[bin], sum.SumsOfSquares[bin], 1e-9 * whole.SumsOfSquares[bin]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void ExtremesAreExactAndBinsHoldWhatFallsIntoThem(string name)
    {
        float[] values = Distributions.Draw(name);

        Histogram histogram = Distributions.HistogramOf(values);

        Assert.Equal(values.Min(), histogram.Min);
        Assert.Equal(values.Max(), histogram.Max);
        long[] counts = new long[2 * Histogram.Half];
        foreach (float value in values)
            counts[(int)Math.Floor(value / histogram.Width) + Histogram.Half]++;
        Assert.Equal(counts, histogram.Counts);
    }

    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void DistortionIsThatOfTheValues(string name)
    {
        float[] values = Distributions.Draw(name);
        var histogram = new CumulativeHistogram(Distributions.HistogramOf(values));
        double range = Math.Max(0, (double)histogram.Max) - Math.Min(0, (double)histogram.Min);
        foreach (int bits in (int[])[1, 3, 8])
        {
            int maxLevel = (1 << bits) - 1;
            double step = 0.6 * range / maxLevel;
            int zero = (int)Math.Clamp(Math.Round(-0.6 * Math.Min(0, histogram.Min) / step), 0, maxLevel);
            double raw = values.Average(x =>
            {
                double level = Math.Clamp(Math.Round(x / step) + zero, 0, maxLevel);
                return Math.Pow(x - (step * (level - zero)), 2);
            });

            Assert.Equal(raw, histogram.EvenDistortion(step, zero, maxLevel), 0.01 * raw);
        }
    }

    [Fact]
    public void AValueThatIsNotFiniteIsRefused()
    {
        Assert.Throws<ArgumentException>(() => new Histogram().Add([1, float.NaN]));
        Assert.Throws<ArgumentException>(() => new Histogram().Add([float.PositiveInfinity]));
    }
}

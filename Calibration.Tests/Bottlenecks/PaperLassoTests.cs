using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Calibration.Tests.Statistics;

namespace BitKernelGen.Calibration.Tests.Bottlenecks;

public class PaperLassoTests
{
    [Theory]
    [InlineData("half-normal")]
    [InlineData("exponential")]
    [InlineData("shifted-relu")]
    [InlineData("bimodal")]
    public void AsManyBitsStayAsAreAskedFor(string name)
    {
        var values = new CumulativeHistogram(Distributions.HistogramOf(Distributions.Draw(name)));
        for (int bits = 1; bits <= 8; bits++)
        {
            PaperLasso paper = PaperLasso.WithBits(values, values.High, bits);
            Assert.Equal(bits, paper.Bottleneck.Spec.Bits);
            Assert.Equal(bits, paper.Bottleneck.Spec.Coefficients.Count);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(16)]
    public void ThePsnrFallsByNoMoreThanIsAskedFor(double loss)
    {
        var values = new CumulativeHistogram(Distributions.HistogramOf(Distributions.Draw("exponential")));
        double without = PaperLasso.WithLoss(values, values.High, 1e-6).LiteralDistortion;

        PaperLasso paper = PaperLasso.WithLoss(values, values.High, loss);

        Assert.InRange(10 * Math.Log10(paper.LiteralDistortion / without), -1e-6, loss + 1e-6);
        // Where a bit was dropped, dropping it cost something.
        Assert.True(loss < 16 || paper.Bottleneck.Spec.Bits < 5);
    }

    /// <summary>As in the authors' files: nearly 8, 4, 2, 1, each a little less.</summary>
    [Fact]
    public void CoefficientsLookAsPublished()
    {
        // Their range is a sample's largest value, far above the others.
        var values = new CumulativeHistogram(Distributions.HistogramOf(Distributions.Draw("exponential", 200_000)));

        double[] coefficients = [.. PaperLasso.WithLoss(values, 1.3 * values.High, 8).Bottleneck.Spec.Coefficients];

        Assert.Equal(4, coefficients.Length);
        for (int bit = 0; bit < 4; bit++)
            Assert.InRange(coefficients[bit] / (8 >> bit), 0.75, 1);
    }

    [Fact]
    public void ValuesOfBothSignsKeepALevelForZero()
    {
        var values = new CumulativeHistogram(Distributions.HistogramOf(Distributions.Draw("two-sided")));
        for (int bits = 1; bits <= 8; bits++)
        {
            Bottleneck paper = PaperLasso.WithBits(values, values.High, bits).Bottleneck;
            Assert.True(paper.Distortion < 2 * values.Energy / values.Count);
        }
    }

    /// <summary>The conditions of Karush, Kuhn and Tucker, which a convex problem's optimum alone meets.</summary>
    [Fact]
    public void CoordinateDescentEndsAtTheOptimum()
    {
        var random = new Random(7);
        for (int problem = 0; problem < 200; problem++)
        {
            int n = random.Next(1, 9);
            double[][] rows = [.. Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, n).Select(_ => (double)random.Next(2)).ToArray())];
            double[] target = [.. Enumerable.Range(0, 20).Select(_ => random.NextDouble() - 0.3)];
            double[] gram = [.. Enumerable.Range(0, n * n).Select(i => rows.Sum(row => row[i / n] * row[i % n]))];
            double[] products = [.. Enumerable.Range(0, n).Select(i => rows.Zip(target).Sum(pair => pair.First[i] * pair.Second))];
            double penalty = problem % 2 == 0 ? 0 : 0.3;
            var coefficients = new double[n];

            LeastSquares.NonNegative(gram, products, penalty, coefficients);

            for (int i = 0; i < n; i++)
            {
                double slope = penalty - products[i] + Enumerable.Range(0, n).Sum(j => gram[(i * n) + j] * coefficients[j]);
                Assert.True(coefficients[i] >= 0);
                Assert.True(slope >= -1e-6, $"{slope}");
                Assert.True(coefficients[i] == 0 || Math.Abs(slope) < 1e-6, $"{slope}");
            }
        }
    }
}

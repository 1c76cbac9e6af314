using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>The best bottleneck of a tensor for every number of bits.</summary>
public static class BottleneckSolver
{
    /// <summary>
    /// Solves for 1 to 8 bits. No point is worse than the one before it or than the best even code of as many bits; with
    /// <see cref="LevelSpacing.Any"/> none is worse than the paper's recipe either.
    /// </summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="spacing">How levels may lie.</param>
    public static RateDistortionCurve Solve(Histogram values, LevelSpacing spacing = LevelSpacing.Even) =>
        Solve(new CumulativeHistogram(values), spacing);

    /// <inheritdoc cref="Solve(Histogram, LevelSpacing)"/>
    public static RateDistortionCurve Solve(CumulativeHistogram values, LevelSpacing spacing = LevelSpacing.Even)
    {
        var points = new List<Bottleneck>();
        for (int bits = 1; bits <= RateDistortionCurve.MostBits; bits++)
            points.Add(EvenCodes.Best(values, bits, points.LastOrDefault()));
        var even = new RateDistortionCurve(points);
        return spacing == LevelSpacing.Even ? even : new RateDistortionCurve([.. points.Select((_, i) => Any(values, i + 1, even))]);
    }

    private static Bottleneck Any(CumulativeHistogram values, int bits, RateDistortionCurve evenCodes)
    {
        Bottleneck even = evenCodes[bits];
        // A single coefficient is even whatever it is, and nothing gains where nothing is lost.
        if (bits == 1 || even.Distortion <= 1e-12 * values.Mean(values.Energy))
            return even;
        Bottleneck paper = PaperLasso.WithBits(values, values.High, bits).Bottleneck;
        Bottleneck best = UnevenSearch.Best(values, bits, evenCodes, paper.Spec);
        return paper.Spec.Bits == bits && paper.Distortion < best.Distortion ? paper : best;
    }
}

using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>The best bottleneck of a tensor for every number of bits.</summary>
public static class BottleneckSolver
{
    private const double Nothing = 1e-12;

    /// <summary>What uneven levels must gain to be worth their table where that is to be decided, as a ratio of errors: 1 dB.</summary>
    private static readonly double WorthATable = Math.Pow(10, 0.1);

    /// <summary>
    /// Solves for 1 to 8 bits. No point is worse than the one before it or than the best even code of as many bits; unless
    /// <see cref="LevelSpacing.Even"/> is asked for, none is worse than the paper's recipe either.
    /// </summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="spacing">How levels may lie.</param>
    public static RateDistortionCurve Solve(Histogram values, LevelSpacing spacing = LevelSpacing.Auto) =>
        Solve(new CumulativeHistogram(values), spacing);

    /// <inheritdoc cref="Solve(Histogram, LevelSpacing)"/>
    public static RateDistortionCurve Solve(CumulativeHistogram values, LevelSpacing spacing = LevelSpacing.Auto)
    {
        var points = new List<Bottleneck>();
        for (int bits = 1; bits <= RateDistortionCurve.MostBits; bits++)
            points.Add(EvenCodes.Best(values, bits, points.LastOrDefault()));
        var even = new RateDistortionCurve(points);
        if (spacing == LevelSpacing.Even)
            return even;

        var any = new List<Bottleneck>();
        for (int bits = 1; bits <= RateDistortionCurve.MostBits; bits++)
            any.Add(Solve(values, bits, even, any.LastOrDefault(), spacing));
        return new RateDistortionCurve(any);
    }

    private static Bottleneck Solve(
        CumulativeHistogram values, int bits, RateDistortionCurve evenCodes, Bottleneck? fewer, LevelSpacing spacing)
    {
        Bottleneck even = evenCodes[bits];
        // A single coefficient is even whatever it is, and nothing gains where nothing is lost.
        if (bits == 1 || even.Distortion <= Nothing * values.Mean(values.Energy))
            return even;
        Bottleneck paper = PaperLasso.WithBits(values, values.High, bits).Bottleneck;
        Bottleneck best = UnevenSearch.Best(values, bits, evenCodes, paper.Spec);
        if (fewer is { Spec.Coefficients.Count: > 0 } && WithAnotherBit(fewer.Spec, values) is { } more && more.Distortion < best.Distortion)
            best = more;
        if (paper.Spec.Bits == bits && paper.Distortion < best.Distortion)
            best = paper;
        bool mayStayEven = spacing == LevelSpacing.Auto && even.Distortion <= paper.Distortion
            && (fewer is null || even.Distortion <= fewer.Distortion);
        return mayStayEven && even.Distortion <= best.Distortion * WorthATable ? even : best;
    }

    /// <summary>All levels of a code and some more.</summary>
    private static Bottleneck? WithAnotherBit(CodeSpec code, CumulativeHistogram values) => code.Coefficients.Sum() + 1 > IntegerSnap.MostLevels
        ? null
        : Bottleneck.Of(
            code with { Bits = code.Bits + 1, Coefficients = new EquatableArray<double>([.. code.Coefficients, 1]) }, values);
}

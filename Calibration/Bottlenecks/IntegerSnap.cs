using System.Numerics;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>From what bits are worth to integer coefficients of a common step, with the least error that they allow.</summary>
internal static class IntegerSnap
{
    /// <summary>The largest level: a level is a byte.</summary>
    public const int MostLevels = 255;

    private const int Rounds = 4;
    private const int QuickRounds = 2;

    // Levels that are small numbers leave kernels room in their 16-bit sums: they may cost this much.
    private const double Tolerance = 1.0025;

    /// <summary>Snaps.</summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="worth">What each bit is worth, at least zero.</param>
    /// <param name="negative">The bits that are worth a negative number, as a code.</param>
    public static Bottleneck Snap(CumulativeHistogram values, double[] worth, int negative)
    {
        int bits = worth.Length;
        bool[] isNegative = [.. Enumerable.Range(0, bits).Select(bit => (negative >> (bits - 1 - bit) & 1) != 0)];
        List<Candidate> candidates = [.. Roundings(worth).Select(rounding => Fit(values, rounding.Integers, isNegative, rounding.Step, QuickRounds))];
        double enough = candidates.Min(candidate => candidate.Distortion) * Tolerance;
        Candidate best = Descend(values, candidates.First(candidate => candidate.Distortion <= enough), isNegative);
        return ToBottleneck(values, best, isNegative);
    }

    /// <summary>The integers that a common factor can make of real numbers, the smallest sums first.</summary>
    private static IEnumerable<(int[] Integers, double Step)> Roundings(double[] worth)
    {
        double sum = worth.Sum();
        int[] last = [];
        // Each step raises the sum by about one.
        for (double factor = worth.Length / (2 * sum); ; factor += 1 / sum)
        {
            int[] integers = [.. worth.Select(x => Math.Max(1, (int)Math.Round(x * factor)))];
            if (integers.Sum() > MostSum(integers.Length))
                yield break;
            if (!integers.AsSpan().SequenceEqual(last))
                yield return (last = integers, 1 / factor);
        }
    }

    /// <summary>Leaves room for a code of more bits that has all levels of this one.</summary>
    private static int MostSum(int bits) => MostLevels - (RateDistortionCurve.MostBits - bits);

    /// <summary>Finds the step for integers: as in <see cref="LevelRefinement"/>, with one unknown.</summary>
    private static Candidate Fit(CumulativeHistogram values, int[] integers, bool[] isNegative, double step, int rounds = Rounds)
    {
        int zero = integers.Where((_, bit) => isNegative[bit]).Sum();
        int[] levels = Array.ConvertAll(LevelsOf(integers), level => level - zero);
        var points = new double[levels.Length];
        var counts = new double[levels.Length];
        var sums = new double[levels.Length];
        var best = new Candidate(integers, step, double.PositiveInfinity);
        for (int round = 0; round < rounds; round++)
        {
            // The profile holds a float32.
            step = (float)step;
            double scale = step;
            for (int i = 0; i < levels.Length; i++)
                points[i] = levels[i] * scale;
            double distortion = values.Distortion(points);
            if (distortion < best.Distortion)
                best = best with { Step = step, Distortion = distortion };
            values.Assign(points, counts, sums);
            double product = 0, square = 0;
            for (int i = 0; i < levels.Length; i++)
            {
                product += sums[i] * levels[i];
                square += counts[i] * levels[i] * levels[i];
            }

            if (!(product > 0))
                break;
            step = product / square;
        }

        return best;
    }

    /// <summary>Changes one integer by one as long as that helps and the sum does not grow past what a byte holds.</summary>
    private static Candidate Descend(CumulativeHistogram values, Candidate best, bool[] isNegative)
    {
        for (bool helped = true; helped;)
        {
            helped = false;
            for (int bit = 0; bit < best.Integers.Length; bit++)
            {
                foreach (int change in (ReadOnlySpan<int>)[-1, 1])
                {
                    int[] integers = [.. best.Integers];
                    integers[bit] += change;
                    if (integers[bit] < 1 || integers.Sum() > MostSum(integers.Length))
                        continue;
                    Candidate next = Fit(values, integers, isNegative, best.Step);
                    if (next.Distortion < best.Distortion)
                        (best, helped) = (next, true);
                }
            }
        }

        return best;
    }

    /// <summary>What the bits add up to, ascending; twice where two codes do.</summary>
    private static int[] LevelsOf(int[] integers)
    {
        var levels = new int[1 << integers.Length];
        for (int code = 1; code < levels.Length; code++)
            levels[code] = levels[code & (code - 1)] + integers[BitOperations.TrailingZeroCount(code)];
        Array.Sort(levels);
        return levels;
    }

    private static Bottleneck ToBottleneck(CumulativeHistogram values, Candidate best, bool[] isNegative)
    {
        int[] sorted = [.. best.Integers.OrderDescending()];
        bool isBinary = sorted.SequenceEqual(Enumerable.Range(0, sorted.Length).Select(bit => 1 << (sorted.Length - 1 - bit)));
        var spec = new CodeSpec
        {
            Bits = sorted.Length,
            Step = (float)best.Step,
            Zero = best.Integers.Where((_, bit) => isNegative[bit]).Sum(),
            Coefficients = isBinary ? default : new EquatableArray<double>(sorted.Select(integer => (double)integer)),
        };
        return Bottleneck.Of(spec, values);
    }

    private sealed record Candidate(int[] Integers, double Step, double Distortion);
}

using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Profiles;

/// <summary>Integers in the place of real-valued coefficients.</summary>
/// <param name="Coefficients">The integers n, each at least 1; their sum is at most 255.</param>
/// <param name="Factor">n ≈ factor · α: the factor by which the step is divided.</param>
/// <param name="Error">The root-mean-square error of the levels n / factor, relative to the levels' own root mean square.</param>
internal sealed record IntegerCoefficients(EquatableArray<int> Coefficients, double Factor, double Error)
{
    /// <summary>The largest sum: a level is a byte.</summary>
    public const int MaxSum = 255;

    /// <summary>Choices this close are equal; the one with the smallest integers is taken.</summary>
    private const double Tie = 1e-9;

    /// <summary>The integers that coefficients already are, or null.</summary>
    public static EquatableArray<int>? Exact(IReadOnlyList<double> coefficients) =>
        coefficients.Sum() <= MaxSum && coefficients.All(coefficient => coefficient == Math.Floor(coefficient))
            ? new EquatableArray<int>(coefficients.Select(coefficient => (int)coefficient))
            : null;

    /// <summary>
    /// The best integers over all common factors; the definition is in <c>docs/arithmetic.md</c>, "Codes and levels". Rounding
    /// changes at finitely many factors only, so one between each two of them stands for all.
    /// </summary>
    /// <param name="coefficients">Above 0 and finite; at most 8.</param>
    public static IntegerCoefficients Nearest(IReadOnlyList<double> coefficients)
    {
        double largest = coefficients.Max();
        double[] alpha = [.. coefficients.Select(coefficient => coefficient / largest)];
        double end = (MaxSum + 0.5) / alpha.Sum();
        var borders = new List<double> { 0, end };
        foreach (double a in alpha)
        {
            for (int n = 1; (n + 0.5) / a < end; n++)
                borders.Add((n + 0.5) / a);
        }

        borders.Sort();
        IntegerCoefficients? best = null;
        for (int i = 1; i < borders.Count; i++)
        {
            double factor = (borders[i - 1] + borders[i]) / 2;
            double[] n = [.. alpha.Select(a => Math.Max(1, Math.Floor((factor * a) + 0.5)))];
            if (n.Sum() > MaxSum)
                continue;
            IntegerCoefficients candidate = Fit(n, alpha);
            if (best is null || candidate.Error < best.Error - Tie)
                best = candidate;
        }

        return best! with { Factor = best.Factor / largest };
    }

    private static IntegerCoefficients Fit(double[] n, double[] alpha)
    {
        double factor = Product(n, n) / Product(n, alpha);
        double[] difference = [.. n.Select((x, i) => (x / factor) - alpha[i])];
        double error = Math.Sqrt(Product(difference, difference) / Product(alpha, alpha));
        return new IntegerCoefficients(new EquatableArray<int>(n.Select(x => (int)x)), factor, error);
    }

    /// <summary>Four times the mean product of two codes' levels: over all codes a bit is set in half, two bits in a quarter.</summary>
    private static double Product(double[] a, double[] b) => (a.Sum() * b.Sum()) + a.Zip(b, (x, y) => x * y).Sum();
}

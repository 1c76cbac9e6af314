using System.Numerics;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>
/// Fits what each bit is worth, alternately: values go to the nearest level, then least squares finds the bits' worth for the codes that
/// they went to (Lloyd's method, with levels that are sums of bits). Neither half raises the error, so it ends at a fixed point.
/// A code whose zero is not its lowest level is one with bits that are worth a negative number: zero is where no bit is set.
/// </summary>
internal sealed class LevelRefinement(CumulativeHistogram values, int bits)
{
    private const int MostRounds = 60;
    private const double Enough = 1e-6;

    private readonly BitMoments _moments = new(bits);
    private readonly double[] _points = new double[1 << bits];
    private readonly int[] _codes = new int[1 << bits];
    private readonly double[] _counts = new double[1 << bits];
    private readonly double[] _sums = new double[1 << bits];

    /// <summary>The mean squared error of taking each value to the nearest sum of bits.</summary>
    /// <param name="worth">What each bit is worth, at least zero.</param>
    /// <param name="negative">The bits for which that is below zero, as a code.</param>
    public double Distortion(ReadOnlySpan<double> worth, int negative)
    {
        SetPoints(worth, negative);
        return values.Distortion(_points);
    }

    /// <summary>Alternates until the error falls no more.</summary>
    /// <param name="worth">Where to begin, and the result.</param>
    /// <param name="negative">The negative bits.</param>
    /// <returns>The mean squared error.</returns>
    public double Refine(Span<double> worth, int negative)
    {
        double error = Distortion(worth, negative);
        Span<double> next = stackalloc double[bits];
        for (int round = 0; round < MostRounds; round++)
        {
            values.Assign(_points, _counts, _sums);
            _moments.Clear();
            for (int i = 0; i < _points.Length; i++)
                _moments.Add(_codes[i], _counts[i], _sums[i]);
            _moments.Complete(negative);
            worth.CopyTo(next);
            LeastSquares.NonNegative(_moments.Gram, _moments.Products, 0, next);
            double nextError = Distortion(next, negative);
            if (nextError >= error)
                return error;
            next.CopyTo(worth);
            bool isEnough = nextError > error * (1 - Enough);
            error = nextError;
            if (isEnough)
                return error;
        }

        return error;
    }

    private void SetPoints(ReadOnlySpan<double> worth, int negative)
    {
        (_points[0], _codes[0]) = (0, 0);
        for (int code = 1; code < _points.Length; code++)
        {
            _codes[code] = code;
            int bit = bits - 1 - BitOperations.TrailingZeroCount(code);
            double signed = (negative & code & -code) == 0 ? worth[bit] : -worth[bit];
            _points[code] = _points[code & (code - 1)] + signed;
        }

        Array.Sort(_points, _codes);
    }
}

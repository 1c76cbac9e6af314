using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>The evenly spaced code with the least mean squared error on a histogram.</summary>
/// <param name="Spec">The code.</param>
/// <param name="Distortion">Its mean squared error.</param>
/// <param name="PsnrDb">The squared range of the values over that error, in decibels.</param>
public sealed record UniformCode(CodeSpec Spec, double Distortion, double PsnrDb)
{
    private const int GridPoints = 96;
    private const double SmallestShare = 1.0 / 64;
    private const int MaxRounds = 8;

    /// <summary>Searches the step, and for values of both signs the zero offset; never worse than <see cref="OfRange"/>.</summary>
    public static UniformCode Best(Histogram histogram, int bits)
    {
        var values = new CumulativeHistogram(histogram);
        var search = new Search(values, (1 << bits) - 1);
        search.TryRange(1, 1);
        // Both ends together first, then each by itself in ever finer steps around what was best.
        double ratio = Math.Pow(SmallestShare, 1.0 / GridPoints);
        for (int i = 1; i <= GridPoints; i++)
            search.TryRange(Math.Pow(ratio, i), Math.Pow(ratio, i));
        for (int round = 0; round < MaxRounds; round++)
        {
            double width = Math.Pow(0.5, round);
            for (int i = -10; i <= 10; i++)
                search.TryRange(search.Low * Math.Exp(0.05 * width * i), search.High);
            for (int i = -10; i <= 10; i++)
                search.TryRange(search.Low, search.High * Math.Exp(0.05 * width * i));
        }

        return search.ToCode(bits);
    }

    /// <summary>The code that spans all values.</summary>
    public static UniformCode OfRange(Histogram histogram, int bits)
    {
        var search = new Search(new CumulativeHistogram(histogram), (1 << bits) - 1);
        search.TryRange(1, 1);
        return search.ToCode(bits);
    }

    /// <summary>The code of a range that contains zero: zero is a level, and both ends are within half a step of one.</summary>
    public static CodeSpec Spanning(double low, double high, int bits)
    {
        int maxLevel = (1 << bits) - 1;
        float step = (float)((high - low) / maxLevel);
        int zero = (int)Math.Clamp(Math.Round(-low / step), 0, maxLevel);
        return new CodeSpec { Bits = bits, Step = step, Zero = zero };
    }

    /// <summary>The best of the ranges tried, as shares of the values' own.</summary>
    private sealed class Search(CumulativeHistogram values, int maxLevel)
    {
        private readonly double _min = values.Count == 0 ? 0 : Math.Min(0, (double)values.Min);
        private readonly double _max = values.Count == 0 ? 0 : Math.Max(0, (double)values.Max);
        private double _distortion = double.PositiveInfinity;
        private float _step = 1;
        private int _zero;

        public double Low { get; private set; } = 1;

        public double High { get; private set; } = 1;

        public void TryRange(double low, double high)
        {
            float step = (float)(((_max * high) - (_min * low)) / maxLevel);
            if (!float.IsNormal(step) || !float.IsFinite(1 / step))
                return;
            int zero = (int)Math.Clamp(Math.Round(-_min * low / step), 0, maxLevel);
            double distortion = values.EvenDistortion(step, zero, maxLevel);
            if (distortion >= _distortion)
                return;
            (_distortion, _step, _zero, Low, High) = (distortion, step, zero, low, high);
        }

        public UniformCode ToCode(int bits)
        {
            double distortion = double.IsFinite(_distortion) ? _distortion : values.EvenDistortion(_step, _zero, maxLevel);
            double range = _max - _min;
            double psnr = distortion > 0 ? 10 * Math.Log10(range * range / distortion) : double.PositiveInfinity;
            return new UniformCode(new CodeSpec { Bits = bits, Step = _step, Zero = _zero }, distortion, psnr);
        }
    }
}

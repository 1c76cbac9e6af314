using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>Codes with evenly spaced levels.</summary>
public static class EvenCodes
{
    private const int GridPoints = 128;
    private const double SmallestShare = 1.0 / 1024;
    private const int MaxRounds = 8;
    private const int HalfWidth = 10;

    /// <summary>
    /// The code with the least mean squared error. The step is searched, and for values of both signs the zero offset; never worse
    /// than <see cref="OfRange"/>.
    /// </summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="bits">1 to 8.</param>
    /// <param name="fewer">The best code of fewer bits where it is known, than which this one is not worse.</param>
    /// <param name="clipWeight">How much more than squared error counts what the range cuts off; 1: no more.</param>
    public static Bottleneck Best(CumulativeHistogram values, int bits, Bottleneck? fewer = null, double clipWeight = 1)
    {
        var search = new Search(values, bits, clipWeight);
        search.TryRange(1, 1);
        if (fewer is not null)
            search.TryCode(fewer.Spec.Step, fewer.Spec.Zero);
        // Both ends together first, then each by itself in ever finer steps around what was best.
        double ratio = Math.Pow(SmallestShare, 1.0 / GridPoints);
        for (int i = 1; i <= GridPoints; i++)
            search.TryRange(Math.Pow(ratio, i), Math.Pow(ratio, i));
        for (int round = 0; round < MaxRounds; round++)
        {
            double width = 0.05 * Math.Pow(0.5, round);
            for (int i = -HalfWidth; i <= HalfWidth && values.Low < 0; i++)
                search.TryRange(search.Low * Math.Exp(width * i), search.High);
            for (int i = -HalfWidth; i <= HalfWidth && values.High > 0; i++)
                search.TryRange(search.Low, search.High * Math.Exp(width * i));
        }

        search.Settle();
        return search.ToCode();
    }

    /// <summary>The code that spans all values.</summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="bits">1 to 8.</param>
    public static Bottleneck OfRange(CumulativeHistogram values, int bits)
    {
        var search = new Search(values, bits, clipWeight: 1);
        search.TryRange(1, 1);
        return search.ToCode();
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
    private sealed class Search(CumulativeHistogram values, int bits, double clipWeight)
    {
        private readonly int _maxLevel = (1 << bits) - 1;
        private double _cost = double.PositiveInfinity;
        private float _step = 1;
        private int _zero;

        public double Low { get; private set; } = 1;

        public double High { get; private set; } = 1;

        public void TryRange(double low, double high)
        {
            float step = (float)(((values.High * high) - (values.Low * low)) / _maxLevel);
            if (!float.IsNormal(step) || !float.IsFinite(1 / step))
                return;
            int zero = (int)Math.Clamp(Math.Round(-values.Low * low / step), 0, _maxLevel);
            if (TryCode(step, zero))
                (Low, High) = (low, high);
        }

        public bool TryCode(float step, int zero)
        {
            double cost = values.EvenDistortion(step, zero, _maxLevel);
            if (clipWeight > 1)
                cost += (clipWeight - 1) * values.ClippedDistortion(-(double)step * zero, (double)step * (_maxLevel - zero));
            if (cost >= _cost)
                return false;
            (_cost, _step, _zero) = (cost, step, zero);
            return true;
        }

        /// <summary>Alternates nearest levels and the least-squares step to a fixed point.</summary>
        public void Settle()
        {
            var counts = new double[_maxLevel + 1];
            var sums = new double[_maxLevel + 1];
            double product, square;
            do
            {
                values.Assign([.. Enumerable.Range(0, _maxLevel + 1).Select(level => (double)_step * (level - _zero))], counts, sums);
                (product, square) = (0, 0);
                for (int level = 0; level <= _maxLevel; level++)
                {
                    product += sums[level] * (level - _zero);
                    square += counts[level] * (level - _zero) * (level - _zero);
                }
            }
            while (float.IsNormal((float)(product / square)) && product > 0 && TryCode((float)(product / square), _zero));
        }

        public Bottleneck ToCode() => Bottleneck.Of(
            new CodeSpec { Bits = bits, Step = _step, Zero = _zero }, values, values.EvenDistortion(_step, _zero, _maxLevel));
    }
}

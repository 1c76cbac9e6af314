namespace BitKernelGen.Calibration.Statistics;

/// <summary>
/// How a tensor's values are spread: for each bin their count, sum and sum of squares, so that the squared error of any code can
/// be computed afterwards. Bins are [i·w, (i+1)·w) for i from −<see cref="Half"/> on, w a power of two that doubles when a value
/// falls outside. The final width depends on the values alone, not on their order, and histograms add.
/// </summary>
public sealed class Histogram
{
    /// <summary>Bins of each sign.</summary>
    public const int Half = 1 << 14;

    private const int SmallestExponent = -100;

    private readonly long[] _count = new long[2 * Half];
    private readonly double[] _sum = new double[2 * Half];
    private readonly double[] _sumOfSquares = new double[2 * Half];
    private int _exponent = SmallestExponent;

    /// <summary>Values seen.</summary>
    public long Count { get; private set; }

    /// <summary>The least value; positive infinity before the first.</summary>
    public float Min { get; private set; } = float.PositiveInfinity;

    /// <summary>The largest value; negative infinity before the first.</summary>
    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>The width of a bin.</summary>
    public double Width => Math.ScaleB(1, _exponent);

    /// <summary>Values in each bin, the most negative bin first.</summary>
    public ReadOnlySpan<long> Counts => _count;

    /// <summary>The sum of the values in each bin.</summary>
    public ReadOnlySpan<double> Sums => _sum;

    /// <summary>The sum of the squared values in each bin.</summary>
    public ReadOnlySpan<double> SumsOfSquares => _sumOfSquares;

    /// <summary>Adds values.</summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            return;
        float min = float.PositiveInfinity, max = float.NegativeInfinity;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException("A value of the float network is not finite.", nameof(values));
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        Cover(min, max);
        double perWidth = 1 / Width;
        foreach (float value in values)
        {
            int bin = (int)Math.Floor(value * perWidth) + Half;
            _count[bin]++;
            _sum[bin] += value;
            _sumOfSquares[bin] += (double)value * value;
        }

        Count += values.Length;
    }

    /// <summary>Adds all that another histogram has seen.</summary>
    public void Add(Histogram other)
    {
        if (other.Count == 0)
            return;
        Cover(other.Min, other.Max);
        int shift = _exponent - other._exponent;
        for (int bin = 0; bin < 2 * Half; bin++)
        {
            if (other._count[bin] == 0)
                continue;
            int target = ((bin - Half) >> Math.Min(shift, 31)) + Half;
            _count[target] += other._count[bin];
            _sum[target] += other._sum[bin];
            _sumOfSquares[target] += other._sumOfSquares[bin];
        }

        Count += other.Count;
    }

    private void Cover(float min, float max)
    {
        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
        int exponent = _exponent;
        while (Max >= Math.ScaleB(Half, exponent) || Min < -Math.ScaleB(Half, exponent))
            exponent++;
        if (exponent > _exponent)
            Widen(exponent - _exponent);
    }

    private void Widen(int doublings)
    {
        _exponent += doublings;
        if (Count == 0)
            return;
        Fold(_count, doublings, static (a, b) => a + b);
        Fold(_sum, doublings, static (a, b) => a + b);
        Fold(_sumOfSquares, doublings, static (a, b) => a + b);
    }

    private static void Fold<T>(T[] bins, int doublings, Func<T, T, T> add)
    {
        var folded = new T[bins.Length];
        for (int bin = 0; bin < bins.Length; bin++)
        {
            int target = ((bin - Half) >> Math.Min(doublings, 31)) + Half;
            folded[target] = add(folded[target], bins[bin]);
        }

        folded.CopyTo(bins, 0);
    }
}

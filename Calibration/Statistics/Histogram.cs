using System.Numerics.Tensors;

namespace BitKernelGen.Calibration.Statistics;

/// <summary>
/// How a tensor's values are spread, finely enough that the squared error of any code can be told afterwards: at least 8,192 bins
/// between zero and the largest magnitude of each sign, with the exact sum of the values in each. Histograms add, and the sum is
/// the same to the last bit in whatever order and parts the values came.
/// </summary>
public sealed class Histogram
{
    private readonly MagnitudeHistogram _positive = new();
    private readonly MagnitudeHistogram _negative = new();

    /// <summary>Starts empty.</summary>
    public Histogram()
    {
    }

    internal Histogram(MagnitudeHistogram positive, MagnitudeHistogram negative, long count, float min, float max) =>
        (_positive, _negative, Count, Min, Max) = (positive, negative, count, min, max);

    /// <summary>Values seen.</summary>
    public long Count { get; private set; }

    /// <summary>The least value; positive infinity before the first.</summary>
    public float Min { get; private set; } = float.PositiveInfinity;

    /// <summary>The largest value; negative infinity before the first.</summary>
    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>Values that are zero.</summary>
    public long Zeros => Count - _positive.Count - _negative.Count;

    /// <summary>The sum of the squared values.</summary>
    public double Energy => _negative.Energy() + _positive.Energy();

    internal MagnitudeHistogram Positive => _positive;

    internal MagnitudeHistogram Negative => _negative;

    /// <summary>Adds values.</summary>
    /// <exception cref="ArgumentException">A value is not finite; nothing was added.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            return;
        // Adding 0 turns −0 into 0. A NaN among the values is both the least and the largest.
        float min = TensorPrimitives.Min(values) + 0f, max = TensorPrimitives.Max(values) + 0f;
        if (!float.IsFinite(min) || !float.IsFinite(max))
            throw new ArgumentException("A value of the float network is not finite.", nameof(values));
        Grow(values.Length, min, max);
        if (max > 0)
            _positive.Add(values, max, negative: false);
        if (min < 0)
            _negative.Add(values, -min, negative: true);
    }

    /// <summary>Adds all that another histogram has seen.</summary>
    public void Add(Histogram other)
    {
        Grow(other.Count, other.Min, other.Max);
        _positive.Add(other._positive);
        _negative.Add(other._negative);
    }

    /// <summary>The bins that hold something, in ascending order; zeros have one of their own.</summary>
    public IReadOnlyList<HistogramBin> Bins()
    {
        List<HistogramBin> bins = [.. _negative.Bins().Reverse().Select(bin => new HistogramBin(-bin.High, -bin.Low, bin.Count, -bin.Sum))];
        if (Zeros > 0)
            bins.Add(new HistogramBin(0, 0, Zeros, 0));
        bins.AddRange(_positive.Bins());
        return bins;
    }

    /// <summary>Counts in equally wide bins, for a picture.</summary>
    /// <param name="bins">How many.</param>
    public HistogramSummary Summarize(int bins = HistogramSummary.MostBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, HistogramSummary.MostBins);
        double low = Count == 0 ? 0 : Math.Min(0, (double)Min), high = Count == 0 ? 0 : Math.Max(0, (double)Max);
        var counts = new long[bins];
        double perBin = high > low ? bins / (high - low) : 0;
        foreach (HistogramBin bin in Bins())
            counts[Math.Clamp((int)(((bin.Sum / bin.Count) - low) * perBin), 0, bins - 1)] += bin.Count;
        return new HistogramSummary(low, high, counts);
    }

    /// <summary>Whether two have seen the same, so far as they can tell.</summary>
    public bool HasSame(Histogram other) =>
        (Count, Min, Max) == (other.Count, other.Min, other.Max) && _positive.HasSame(other._positive) && _negative.HasSame(other._negative);

    private void Grow(long count, float min, float max)
    {
        if (Count + count > MagnitudeHistogram.MostValues)
            throw new StatisticsException($"A tensor has more than {MagnitudeHistogram.MostValues} values: take fewer samples.");
        Count += count;
        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
    }
}

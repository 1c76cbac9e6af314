namespace BitKernelGen.Calibration.Statistics;

/// <summary>A histogram made ready for asking the squared error of many codes: sums up to every bin that holds anything.</summary>
public sealed class CumulativeHistogram
{
    private readonly double[] _means;
    private readonly double[] _count;
    private readonly double[] _sum;

    /// <summary>Takes a snapshot.</summary>
    public CumulativeHistogram(Histogram histogram)
    {
        var filled = new List<int>();
        for (int bin = 0; bin < histogram.Counts.Length; bin++)
        {
            if (histogram.Counts[bin] > 0)
                filled.Add(bin);
        }

        _means = new double[filled.Count];
        _count = new double[filled.Count + 1];
        _sum = new double[filled.Count + 1];
        for (int i = 0; i < filled.Count; i++)
        {
            int bin = filled[i];
            _means[i] = histogram.Sums[bin] / histogram.Counts[bin];
            _count[i + 1] = _count[i] + histogram.Counts[bin];
            _sum[i + 1] = _sum[i] + histogram.Sums[bin];
            Energy += histogram.SumsOfSquares[bin];
        }

        Count = histogram.Count;
        Min = histogram.Min;
        Max = histogram.Max;
    }

    /// <summary>Values seen.</summary>
    public long Count { get; }

    /// <summary>The least value.</summary>
    public float Min { get; }

    /// <summary>The largest value.</summary>
    public float Max { get; }

    /// <summary>The sum of the squared values.</summary>
    public double Energy { get; }

    /// <summary>The mean squared error of taking each value to the nearest of evenly spaced ones.</summary>
    /// <param name="step">The spacing.</param>
    /// <param name="zero">The level that means zero.</param>
    /// <param name="maxLevel">The largest level.</param>
    public double EvenDistortion(double step, int zero, int maxLevel)
    {
        double error = Energy;
        int begin = 0;
        for (int level = 0; level <= maxLevel; level++)
        {
            int end = level == maxLevel ? _means.Length : FirstAbove((level - zero + 0.5) * step, begin);
            double value = (level - zero) * step;
            error += value * ((value * (_count[end] - _count[begin])) - (2 * (_sum[end] - _sum[begin])));
            begin = end;
        }

        return Count == 0 ? 0 : Math.Max(0, error) / Count;
    }

    /// <summary>The first bin whose mean is above a threshold; the search starts where the last one ended.</summary>
    private int FirstAbove(double threshold, int from)
    {
        int at = Array.BinarySearch(_means, from, _means.Length - from, threshold);
        return at < 0 ? ~at : at + 1;
    }
}

namespace BitKernelGen.Calibration.Statistics;

/// <summary>A histogram made ready for asking the squared error of many codes: sums up to every bin.</summary>
public sealed class CumulativeHistogram
{
    private const int Slots = 1 << 15;

    private readonly double[] _means;
    private readonly int[] _firstOfSlot;
    private readonly double _slotsPerUnit;
    private readonly double _least;
    private readonly double[] _count;
    private readonly double[] _sum;
    private readonly double[] _energy;

    /// <summary>Takes a snapshot.</summary>
    public CumulativeHistogram(Histogram histogram)
    {
        IReadOnlyList<HistogramBin> bins = histogram.Bins();
        _means = new double[bins.Count];
        _count = new double[bins.Count + 1];
        _sum = new double[bins.Count + 1];
        _energy = new double[bins.Count + 1];
        for (int i = 0; i < bins.Count; i++)
        {
            _means[i] = bins[i].Sum / bins[i].Count;
            _count[i + 1] = _count[i] + bins[i].Count;
            _sum[i + 1] = _sum[i] + bins[i].Sum;
            _energy[i + 1] = _energy[i] + (bins[i].Sum * _means[i]);
        }

        _least = _means.FirstOrDefault();
        _firstOfSlot = FirstOfSlots(_means, out _slotsPerUnit);
        Count = histogram.Count;
        Energy = histogram.Energy;
        Low = Count == 0 ? 0 : Math.Min(0, (double)histogram.Min);
        High = Count == 0 ? 0 : Math.Max(0, (double)histogram.Max);
    }

    /// <summary>Values seen.</summary>
    public long Count { get; }

    /// <summary>The least value, or zero where that is less.</summary>
    public double Low { get; }

    /// <summary>The largest value, or zero where that is more.</summary>
    public double High { get; }

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

        return Mean(error);
    }

    /// <summary>The part of the mean squared error that values beyond the first and the last level make, up to bins' widths.</summary>
    /// <param name="low">The first level's value.</param>
    /// <param name="high">The last level's value.</param>
    public double ClippedDistortion(double low, double high)
    {
        double Beyond(double end, int from, int to) =>
            _energy[to] - _energy[from] + (end * ((end * (_count[to] - _count[from])) - (2 * (_sum[to] - _sum[from]))));
        return Mean(Beyond(low, 0, FirstAbove(low, 0)) + Beyond(high, FirstAbove(high, 0), _means.Length));
    }

    /// <summary>The mean squared error of taking each value to the nearest of some.</summary>
    /// <param name="points">Those, ascending.</param>
    public double Distortion(ReadOnlySpan<double> points)
    {
        double error = Energy;
        int begin = 0;
        for (int i = 0; i < points.Length; i++)
        {
            int end = i == points.Length - 1 ? _means.Length : FirstAbove((points[i] + points[i + 1]) / 2, begin);
            error += points[i] * ((points[i] * (_count[end] - _count[begin])) - (2 * (_sum[end] - _sum[begin])));
            begin = end;
        }

        return Mean(error);
    }

    /// <summary>How many values are nearest to each of some, and their sum.</summary>
    /// <param name="points">Those, ascending.</param>
    /// <param name="counts">Receives the numbers.</param>
    /// <param name="sums">Receives the sums.</param>
    public void Assign(ReadOnlySpan<double> points, Span<double> counts, Span<double> sums)
    {
        int begin = 0;
        for (int i = 0; i < points.Length; i++)
        {
            int end = i == points.Length - 1 ? _means.Length : FirstAbove((points[i] + points[i + 1]) / 2, begin);
            counts[i] = _count[end] - _count[begin];
            sums[i] = _sum[end] - _sum[begin];
            begin = end;
        }
    }

    /// <summary>A sum of squared errors over all values as their mean; what rounding leaves below zero is zero.</summary>
    internal double Mean(double error) => Count == 0 ? 0 : Math.Max(0, error) / Count;

    /// <summary>The first bin whose mean is above a threshold; the search goes on where the last one ended.</summary>
    private int FirstAbove(double threshold, int from)
    {
        double slot = (threshold - _least) * _slotsPerUnit;
        if (!(slot > 0))
            slot = 0;
        int at = Math.Max(from, slot < _firstOfSlot.Length ? _firstOfSlot[(int)slot] : _means.Length);
        while (at < _means.Length && _means[at] <= threshold)
            at++;
        return at;
    }

    /// <summary>Divides the range evenly and remembers the first bin of each part, so that a threshold's place is found at once.</summary>
    private static int[] FirstOfSlots(double[] means, out double slotsPerUnit)
    {
        double range = means.Length > 1 ? means[^1] - means[0] : 0;
        slotsPerUnit = range > 0 ? (Slots - 1) / range : 0;
        var first = new int[Slots];
        for (int slot = 0, bin = 0; slot < Slots; slot++)
        {
            while (bin < means.Length && (int)((means[bin] - means[0]) * slotsPerUnit) < slot)
                bin++;
            first[slot] = bin;
        }

        return first;
    }
}

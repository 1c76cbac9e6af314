using BitKernelGen.Calibration.Records;
using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Reports.Html.Charts;

/// <summary>How a tensor's values are spread, on an axis of counts that is logarithmic, and the levels that they are taken to.</summary>
internal static class HistogramChart
{
    // More lines than this would hide what is behind them.
    private const int MostFullLines = 33;
    private const double ShortLine = 0.08;
    // A bin with a single value must show.
    private const double LowestCount = 0.6;

    /// <summary>Draws it.</summary>
    public static string Draw(TensorRecord tensor, Code? code)
    {
        HistogramRecord histogram = tensor.Histogram;
        double[] levels = code is null ? [] : [.. code.Levels().Select(level => (double)code.Step * (level - code.Zero))];
        double low = Math.Min(tensor.Min, levels.DefaultIfEmpty(tensor.Min).First());
        double high = Math.Max(tensor.Max, levels.DefaultIfEmpty(tensor.Max).Last());
        double margin = high > low ? 0.02 * (high - low) : Math.Max(1e-30, Math.Abs(high));
        var values = new LinearScale(low - margin, high + margin);
        var counts = new LogScale(LowestCount, 2 * Math.Max(1, histogram.Counts.Max()));
        var plot = new Plot(values, counts);
        plot.LabelY(counts.Ticks(4), Numbers.Count).LabelX(values.Ticks(5), Numbers.Tick);
        if (levels.Length > 0)
        {
            if (levels[0] > tensor.Min)
                plot.Bar("saturated", values.Min, levels[0], counts.Min, counts.Max, "below the lowest level: saturates");
            if (levels[^1] < tensor.Max)
                plot.Bar("saturated", levels[^1], values.Max, counts.Min, counts.Max, "above the highest level: saturates");
        }

        plot.Steps("spread", Steps(histogram, values));
        plot.Verticals("level", levels, levels.Length > MostFullLines ? ShortLine : 1);
        return plot.ToHtml(
            $"Histogram of the values from {Numbers.Significant(tensor.Min)} to {Numbers.Significant(tensor.Max)} with {levels.Length} levels", "histogram");
    }

    private static IEnumerable<(double Begin, double End, double Y)> Steps(HistogramRecord histogram, LinearScale values)
    {
        for (int bin = 0; bin < histogram.Counts.Count; bin++)
        {
            double begin = histogram.Low + (bin * histogram.Width), end = histogram.Low + ((bin + 1) * histogram.Width);
            if (histogram.Counts[bin] > 0)
                yield return (Math.Max(begin, values.Min), Math.Min(end, values.Max), histogram.Counts[bin]);
        }
    }
}

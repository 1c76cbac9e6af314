namespace BitKernelGen.Calibration.Statistics;

/// <summary>A coarse histogram.</summary>
/// <param name="Low">The lower end of the first bin: the least value, or zero where that is less.</param>
/// <param name="High">The upper end of the last bin: the largest value, or zero where that is more.</param>
/// <param name="Counts">Values in each of equally wide bins, at most <see cref="MostBins"/>.</param>
public sealed record HistogramSummary(double Low, double High, IReadOnlyList<long> Counts)
{
    /// <summary>The most bins of a summary.</summary>
    public const int MostBins = 256;
}

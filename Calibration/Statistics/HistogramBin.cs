namespace BitKernelGen.Calibration.Statistics;

/// <summary>Values that lie close together.</summary>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Count">Values in it.</param>
/// <param name="Sum">Their sum.</param>
public readonly record struct HistogramBin(double Low, double High, long Count, double Sum);

namespace BitKernelGen.Calibration.Statistics;

/// <summary>Statistics can't be read or do not belong together; the message says of which file and what differs.</summary>
public sealed class StatisticsException(string message, Exception? innerException = null) : Exception(message, innerException);

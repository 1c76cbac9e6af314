namespace BitKernelGen.Calibration.Records;

/// <summary>A calibration record can't be read, or belongs to another profile; the message names the file and the remedy.</summary>
public sealed class CalibrationRecordException(string message, Exception? innerException = null) : Exception(message, innerException);

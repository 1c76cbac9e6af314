namespace BitKernelGen.Calibration.Export;

/// <summary>A network that the format exported to can't express: the message names the layer and the remedy.</summary>
public sealed class ExportException(string message) : Exception(message);

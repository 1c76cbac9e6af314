namespace BitKernelGen.Calibration.Quantize;

/// <summary>How far a quantization is.</summary>
/// <param name="Stage">What is done: "statistics" or "weights".</param>
/// <param name="Layer">The layer that was finished; empty while statistics are taken.</param>
/// <param name="Done">Samples or layers done.</param>
/// <param name="Total">Samples or layers in all.</param>
public sealed record QuantizeProgress(string Stage, string Layer, int Done, int Total);

namespace BitKernelGen.Calibration.Quantize;

/// <summary>How far a quantization is.</summary>
/// <param name="Stage">What is done: "statistics" or "weights".</param>
/// <param name="Layer">The layer.</param>
/// <param name="Done">Layers done.</param>
/// <param name="Total">Layers in all.</param>
public sealed record QuantizeProgress(string Stage, string Layer, int Done, int Total);

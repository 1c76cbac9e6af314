using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>A quantized network, ready to be written.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Weights">The weights file.</param>
/// <param name="Report">What quantization did to each layer.</param>
public sealed record QuantizedNetwork(BitProfile Profile, byte[] Weights, IReadOnlyList<LayerReport> Report);

namespace BitKernelGen.Calibration.Export;

/// <summary>An exported model.</summary>
/// <param name="Model">
/// The ONNX file. The model takes <c>input</c>, float32 [batch, channels, height, width], normalised as the network's input, and
/// gives <c>output</c>, float32 [batch, channels] where there is one row and column, else [batch, channels, height, width].
/// </param>
/// <param name="FloatBiases">
/// The layers whose bias stayed float32, since it is no multiple of the products' unit: a runtime that fuses such a layer rounds it.
/// </param>
public sealed record OnnxExport(byte[] Model, IReadOnlyList<string> FloatBiases);

using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>A tensor that has codes, over the calibration samples of the float network.</summary>
/// <param name="Name">The layer whose output it is, or "input".</param>
/// <param name="Elements">Its elements in one sample.</param>
/// <param name="Histogram">How its values are spread.</param>
/// <param name="Curve">What each number of bits costs.</param>
/// <param name="Codes">What was chosen.</param>
public sealed record TensorReport(string Name, int Elements, HistogramSummary Histogram, RateDistortionCurve Curve, LayerCodes Codes);

using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>What quantization did to a layer.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Op">Its operation.</param>
/// <param name="WeightBits">Bits of its weights; null without.</param>
/// <param name="Code">Its output's code for multiplications, with the distortion of the float network's values.</param>
/// <param name="Skip">Its output's code for sums.</param>
/// <param name="SqnrDb">The quantized network's output of this layer against the float network's, on the calibration samples.</param>
public sealed record LayerReport(string Name, LayerOp Op, int? WeightBits, Bottleneck? Code, Bottleneck? Skip, double SqnrDb)
{
    /// <summary>Energy of the float weights over that of the quantized ones' difference, in decibels; null without weights.</summary>
    public double? WeightSqnrDb { get; init; }
}

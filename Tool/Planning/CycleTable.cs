using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Planning;

/// <summary>
/// Predicts cycles from a table of multiply-accumulates of the direct form per cycle, measured on one AVX-512 core
/// (<c>docs/allocation.md</c>). Good for saying which of two layers gains more by fewer bits, not for the last per cent.
/// </summary>
internal static class CycleTable
{
    private const int LowBits = 4;
    private const int FewChannels = 16;

    // Scale, bias, activation and encoding of sixteen outputs; moves and sums are taken to cost as much.
    private const double EpilogueCycles = 3.7 / 16;

    // Direct convolution by the code's bits, 1 to 8: how often 16-bit sums must be widened. For weights of at most 4 bits, and of more.
    private static readonly double[] FewWeightBits = [55, 55, 55, 55, 50, 47, 42, 34];
    private static readonly double[] ManyWeightBits = [50, 50, 50, 50, 47, 40, 34, 28];

    // Winograd F(4x4) over the Gaussian integers; 3x3 at stride 1, codes and weights of at most 4 bits.
    private const double Winograd = 115;

    // One image reads every weight of a dense layer once, so that memory bounds it; eight bits by eight bits bound it themselves.
    private const double Dense = 31;
    private const double DenseEightBits = 16;

    // A filter for each channel: no reuse of what is loaded.
    private const double Depthwise = 8;

    // The broadcast of four input channels is mostly padding.
    private const double FewInputChannels = 20;

    /// <summary>The budget of a time.</summary>
    /// <param name="microseconds">For one sample on one thread.</param>
    /// <param name="gigahertz">The clock that turns it into cycles.</param>
    public static TimeBudget Budget(double microseconds, double gigahertz) => new(microseconds * gigahertz * 1000, Cycles);

    /// <summary>Cycles of a layer.</summary>
    public static double Cycles(FloatLayer layer, int weightBits, int codeBits)
    {
        double outputs = (double)layer.Height * layer.Width * layer.Channels;
        double macs = layer.Spec.Op == LayerOp.Dense ? layer.Weights.Length : (double)layer.Height * layer.Width * layer.Weights.Length;
        return (outputs * EpilogueCycles) + (weightBits == 0 ? 0 : macs / PerCycle(layer, weightBits, codeBits));
    }

    private static double PerCycle(FloatLayer layer, int weightBits, int codeBits)
    {
        if (layer.Spec.Op == LayerOp.Depthwise)
            return Depthwise;
        if (layer.Spec.Op == LayerOp.Dense)
            return codeBits > LowBits + 1 && weightBits > LowBits ? DenseEightBits : Dense;
        int taps = layer.Spec.Kernel.Count == 0 ? 1 : layer.Spec.Kernel.Aggregate(1, (a, b) => a * b);
        int inputChannels = layer.Weights.Length / layer.Channels / taps;
        double direct = (weightBits <= LowBits ? FewWeightBits : ManyWeightBits)[codeBits - 1];
        if (inputChannels < FewChannels)
            return Math.Min(direct, FewInputChannels);
        bool isLow = codeBits <= LowBits && weightBits <= LowBits;
        return isLow && layer.Spec.Kernel.SequenceEqual([3, 3]) && layer.Spec.Stride.All(stride => stride == 1) ? Winograd : direct;
    }
}

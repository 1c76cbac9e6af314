using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>Plain rounding whose bias takes up the mean error of the output, where that helps on columns that it has not seen.</summary>
internal static class BiasCorrection
{
    /// <summary>Rounds weights to the nearest.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="bits">Bits of a weight.</param>
    /// <param name="seen">Moments to correct by.</param>
    /// <param name="heldBack">Moments to judge by.</param>
    public static LayerWeights Round(float[] weights, float[] bias, int bits, Moments seen, Moments heldBack)
    {
        LayerWeights plain = WeightQuantizer.Quantize(weights, bias, bits);
        if (heldBack.Count == 0)
            return plain;
        float[] real = plain.Dequantize();
        bool helps = heldBack.SquaredError(real, seen.Bias(real)) < heldBack.SquaredError(real, bias);
        return helps ? plain with { Bias = (seen + heldBack).Bias(real) } : plain;
    }
}

using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>Plain rounding whose bias takes up the mean error of the output, where that helps on columns that it has not seen.</summary>
internal static class BiasCorrection
{
    /// <summary>Rounds weights to the nearest.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="bits">Bits of a weight.</param>
    /// <param name="samples">Columns to correct by, and to judge by.</param>
    public static LayerWeights Round(float[] weights, float[] bias, int bits, LayerSamples samples)
    {
        LayerWeights plain = WeightQuantizer.Quantize(weights, bias, bits);
        (Moments[] seen, Moments[] heldBack) = samples.Gather();
        if (heldBack[0].Count == 0)
            return plain;
        float[] real = plain.Dequantize();
        var corrected = new float[bias.Length];
        int outputs = seen[0].Outputs, inputs = seen[0].Inputs;
        for (int group = 0; group < seen.Length; group++)
        {
            int first = group * outputs;
            float[] part = real[(first * inputs)..((first + outputs) * inputs)], old = bias[first..(first + outputs)];
            bool helps = heldBack[group].SquaredErrors(part, seen[group].Bias(part)).Sum() < heldBack[group].SquaredErrors(part, old).Sum();
            (helps ? (seen[group] + heldBack[group]).Bias(part) : old).CopyTo(corrected, first);
        }

        return plain with { Bias = corrected };
    }
}

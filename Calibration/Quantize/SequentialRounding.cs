using System.Numerics.Tensors;
using BitKernelGen.Calibration.LinearAlgebra;
using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// A layer's weights on its quantized inputs: least squares to the float layer's output, which undoes the error made before this
/// layer, then error-compensated rounding. Each part is kept only where it lowers the error on columns that it has not seen.
/// </summary>
internal static class SequentialRounding
{
    /// <summary>Beyond this many inputs the covariance is too large to factor, and weights are rounded to the nearest.</summary>
    public const int MostInputs = 5120;

    // Ridge in units of the covariance's mean diagonal; more where columns are few beside the unknowns.
    private const double Damping = 0.02;
    private const double ColumnsPerInput = 8;

    /// <summary>Rounds weights.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bits">Bits of a weight.</param>
    /// <param name="seen">Moments to fit.</param>
    /// <param name="heldBack">Moments to judge by.</param>
    public static LayerWeights Round(float[] weights, int bits, Moments seen, Moments heldBack)
    {
        Func<Moments, LayerWeights>[] ways =
        [
            moments => Nearest(weights, bits, moments),
            moments => Compensated(weights, bits, moments, refit: false),
            moments => Compensated(weights, bits, moments, refit: true),
        ];
        if (heldBack.Count == 0)
            return ways[0](seen);
        Func<Moments, LayerWeights> best = ways.MinBy(way =>
        {
            LayerWeights candidate = way(seen);
            return heldBack.SquaredError(candidate.Dequantize(), candidate.Bias);
        })!;
        return best(seen + heldBack);
    }

    /// <summary>Plain rounding; the bias meets the mean.</summary>
    public static LayerWeights Nearest(float[] weights, int bits, Moments moments)
    {
        LayerWeights rounded = WeightQuantizer.Quantize(weights, new float[moments.Outputs], bits);
        return rounded with { Bias = moments.Bias(rounded.Dequantize()) };
    }

    private static LayerWeights Compensated(float[] weights, int bits, Moments moments, bool refit)
    {
        int inputs = moments.Inputs, outputs = moments.Outputs;
        double[] covariance = moments.InputCovariance();
        double trace = 0;
        for (int i = 0; i < inputs; i++)
            trace += covariance[(i * inputs) + i];
        double ridge = Damping * Math.Max(1, ColumnsPerInput * inputs / moments.Count) * trace / inputs;
        for (int i = 0; i < inputs; i++)
            covariance[(i * inputs) + i] += ridge;

        double[] target = Array.ConvertAll(weights, weight => (double)weight);
        if (refit)
        {
            if (!InverseFactor.TryCreate(covariance, inputs, out InverseFactor? factor))
                return Nearest(weights, bits, moments);
            TensorPrimitives.MultiplyAdd<double>(target, ridge, moments.CrossCovariance(), target);
            factor!.SolveRight(target, outputs);
        }

        float[] single = Array.ConvertAll(target, weight => (float)weight);
        var scale = new float[outputs];
        Parallel.For(0, outputs, o => scale[o] = WeightQuantizer.BestScale(single.AsSpan(o * inputs, inputs), bits));
        if (!CompensatedRounding.TryRound(target, scale, covariance, bits, out sbyte[] values))
            return Nearest(weights, bits, moments);
        var rounded = new LayerWeights(bits, values, scale, new float[outputs]);
        return rounded with { Bias = moments.Bias(rounded.Dequantize()) };
    }
}

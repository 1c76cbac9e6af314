using System.Numerics.Tensors;
using BitKernelGen.Calibration.LinearAlgebra;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Error-compensated rounding (the OBQ/GPTQ family): weights are rounded one input after the other, the most active first, and
/// those not yet rounded take up the error that the inputs' covariance lets them take up.
/// </summary>
internal static class CompensatedRounding
{
    private const int OutputsTogether = 32;

    /// <summary>Rounds weights.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="scale">[outputs].</param>
    /// <param name="covariance">[inputs, inputs], damped so that it is positive definite.</param>
    /// <param name="bits">Bits of a weight.</param>
    /// <param name="rounded">[outputs, inputs].</param>
    /// <returns>False where the covariance is not positive definite.</returns>
    public static bool TryRound(double[] weights, float[] scale, double[] covariance, int bits, out sbyte[] rounded)
    {
        int outputs = scale.Length, inputs = weights.Length / outputs;
        var values = rounded = new sbyte[weights.Length];
        int[] order = [.. Enumerable.Range(0, inputs).OrderByDescending(i => covariance[(i * inputs) + i])];
        var ordered = new double[covariance.Length];
        for (int i = 0; i < inputs; i++)
        {
            for (int j = 0; j < inputs; j++)
                ordered[(i * inputs) + j] = covariance[(order[i] * inputs) + order[j]];
        }

        if (!InverseFactor.TryCreate(ordered, inputs, out InverseFactor? factor))
            return false;
        Parallel.For(0, (outputs + OutputsTogether - 1) / OutputsTogether, block =>
        {
            int first = block * OutputsTogether, count = Math.Min(OutputsTogether, outputs - first);
            var rest = new double[inputs * count];
            for (int i = 0; i < inputs; i++)
            {
                for (int o = 0; o < count; o++)
                    rest[(i * count) + o] = weights[((first + o) * inputs) + order[i]];
            }

            var error = new double[count];
            for (int i = 0; i < inputs; i++)
            {
                ReadOnlySpan<double> row = factor!.Row(i);
                for (int o = 0; o < count; o++)
                {
                    double weight = rest[(i * count) + o];
                    sbyte q = WeightQuantizer.Round(weight / scale[first + o], bits);
                    values[((first + o) * inputs) + order[i]] = q;
                    error[o] = ((double)q * scale[first + o] - weight) / row[i];
                }

                for (int k = i + 1; k < inputs; k++)
                {
                    Span<double> target = rest.AsSpan(k * count, count);
                    TensorPrimitives.MultiplyAdd(error, row[k], target, target);
                }
            }
        });
        return true;
    }
}

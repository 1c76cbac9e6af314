using BitKernelGen.Calibration.LinearAlgebra;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Error-compensated rounding (the OBQ/GPTQ family: Frantar and Alistarh 2022; Frantar et al. 2023): weights are rounded one
/// input after the other, the most active first, and those not yet rounded take up the error that the inputs' covariance lets
/// them take up.
/// </summary>
internal static class CompensatedRounding
{
    // Within a block errors are passed on at once, to the weights behind it by one product.
    private const int Block = 96;

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
        sbyte[] values = rounded = new sbyte[weights.Length];
        int[] order = [.. Enumerable.Range(0, inputs).OrderByDescending(i => covariance[(i * inputs) + i])];
        if (!InverseFactor.TryCreate(Ordered(covariance, order), inputs, out InverseFactor? factor))
            return false;
        var rest = new double[weights.Length];
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
                rest[(o * inputs) + i] = weights[(o * inputs) + order[i]];
        }

        for (int from = 0; from < inputs; from += Block)
        {
            int first = from, count = Math.Min(Block, inputs - from), end = from + count;
            var errors = new double[outputs * count];
            Parallel.For(0, outputs, o =>
            {
                Span<double> row = rest.AsSpan(o * inputs, inputs), error = errors.AsSpan(o * count, count);
                for (int i = first; i < end; i++)
                {
                    ReadOnlySpan<double> direction = factor!.Row(i);
                    sbyte q = WeightQuantizer.Round(row[i] / scale[o], bits);
                    values[(o * inputs) + order[i]] = q;
                    double e = error[i - first] = (((double)q * scale[o]) - row[i]) / direction[i];
                    for (int k = i + 1; k < end; k++)
                        row[k] += e * direction[k];
                }
            });
            MatrixProduct.Accumulate(
                new MatrixView<double>(errors, outputs, count),
                factor!.Upper.Part(first, count, end, inputs - end),
                new MatrixView<double>(rest, outputs, inputs).Part(0, outputs, end, inputs - end),
                parallel: true);
        }

        return true;
    }

    private static double[] Ordered(double[] covariance, int[] order)
    {
        int size = order.Length;
        var ordered = new double[covariance.Length];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
                ordered[(i * size) + j] = covariance[(order[i] * size) + order[j]];
        }

        return ordered;
    }
}

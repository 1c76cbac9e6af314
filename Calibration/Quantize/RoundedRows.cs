using System.Numerics.Tensors;
using BitKernelGen.Calibration.LinearAlgebra;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Rounded weights and the error that they make on the inputs' covariance: for each output the better of two roundings, and
/// descent on single weights.
/// </summary>
/// <param name="weights">Real-valued weights, [outputs, inputs].</param>
/// <param name="covariance">[inputs, inputs], symmetric.</param>
/// <param name="bits">Bits of a weight.</param>
internal sealed class RoundedRows(double[] weights, double[] covariance, int bits)
{
    private const int MostSweeps = 8;

    private readonly int _inputs = (int)Math.Sqrt(covariance.Length);

    /// <summary>The squared error of each output, (w − s·q) C (w − s·q)ᵀ.</summary>
    public double[] Errors(sbyte[] values, float[] scale)
    {
        double[] difference = Difference(values, scale), product = Product(difference);
        return [.. Enumerable.Range(0, scale.Length)
            .Select(o => TensorPrimitives.Dot<double>(difference.AsSpan(o * _inputs, _inputs), product.AsSpan(o * _inputs, _inputs)))];
    }

    /// <summary>Takes the outputs of another rounding where its error is less.</summary>
    public void TakeBetter(sbyte[] values, float[] scale, sbyte[] other, float[] otherScale)
    {
        double[] errors = Errors(values, scale), others = Errors(other, otherScale);
        for (int o = 0; o < scale.Length; o++)
        {
            if (others[o] >= errors[o])
                continue;
            other.AsSpan(o * _inputs, _inputs).CopyTo(values.AsSpan(o * _inputs, _inputs));
            scale[o] = otherScale[o];
        }
    }

    /// <summary>Changes weights one by one to what is best with all others as they are, and the scale to what is best with all.</summary>
    public void Descend(sbyte[] values, float[] scale)
    {
        double[] gradient = Product(Difference(values, scale)), ofWeights = Product(weights);
        Parallel.For(0, scale.Length, o =>
        {
            Span<sbyte> row = values.AsSpan(o * _inputs, _inputs);
            Span<double> rest = gradient.AsSpan(o * _inputs, _inputs);
            ReadOnlySpan<double> exact = ofWeights.AsSpan(o * _inputs, _inputs);
            for (int sweep = 0; sweep < MostSweeps && Sweep(row, rest, scale[o]); sweep++)
                Refit(row, rest, exact, ref scale[o]);
        });
    }

    private bool Sweep(Span<sbyte> row, Span<double> rest, double scale)
    {
        bool changed = false;
        for (int i = 0; i < row.Length; i++)
        {
            double curvature = covariance[(i * _inputs) + i];
            if (!(curvature > 0))
                continue;
            sbyte q = WeightQuantizer.Round(row[i] + (rest[i] / (scale * curvature)), bits);
            if (q == row[i])
                continue;
            TensorPrimitives.MultiplyAdd(covariance.AsSpan(i * _inputs, _inputs), -scale * (q - row[i]), rest, rest);
            row[i] = q;
            changed = true;
        }

        return changed;
    }

    /// <summary>s = q·C·wᵀ / q·C·qᵀ, where C·qᵀ = (C·wᵀ − rest) / s.</summary>
    private static void Refit(ReadOnlySpan<sbyte> row, Span<double> rest, ReadOnlySpan<double> exact, ref float scale)
    {
        double product = 0, square = 0;
        for (int i = 0; i < row.Length; i++)
        {
            product += row[i] * exact[i];
            square += row[i] * (exact[i] - rest[i]) / scale;
        }

        float better = (float)(product / square);
        if (!(square > 0) || !float.IsNormal(better) || better <= 0)
            return;
        double change = better / (double)scale;
        for (int i = 0; i < rest.Length; i++)
            rest[i] = exact[i] - (change * (exact[i] - rest[i]));
        scale = better;
    }

    private double[] Difference(sbyte[] values, float[] scale)
    {
        var difference = new double[values.Length];
        for (int i = 0; i < difference.Length; i++)
            difference[i] = weights[i] - ((double)values[i] * scale[i / _inputs]);
        return difference;
    }

    /// <summary>rows · C.</summary>
    private double[] Product(double[] rows)
    {
        int outputs = rows.Length / _inputs;
        var product = new double[rows.Length];
        MatrixProduct.Accumulate(
            new MatrixView<double>(rows, outputs, _inputs),
            new MatrixView<double>(covariance, _inputs, _inputs),
            new MatrixView<double>(product, outputs, _inputs),
            parallel: true);
        return product;
    }
}

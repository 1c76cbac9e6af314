using System.Numerics.Tensors;
using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>Plain rounding of weights, with the scale of each output that makes the least squared error.</summary>
public static class WeightQuantizer
{
    // What an output whose weights are all zero is scaled by: a scale must be above zero.
    private const float NoScale = 1e-20f;
    private const int GridPoints = 80;
    private const double SmallestShare = 0.2;

    /// <summary>Quantizes a layer.</summary>
    /// <param name="weights">[outputs, …].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="bits">1 to 8.</param>
    /// <param name="ofRange">Whether the largest weight decides the scale, rather than the squared error.</param>
    public static LayerWeights Quantize(float[] weights, float[] bias, int bits, bool ofRange = false)
    {
        int inputs = weights.Length / bias.Length;
        var values = new sbyte[weights.Length];
        var scale = new float[bias.Length];
        Parallel.For(0, scale.Length, output =>
        {
            ReadOnlySpan<float> row = weights.AsSpan(output * inputs, inputs);
            scale[output] = ofRange ? RangeScale(row, bits) : BestScale(row, bits);
            for (int i = 0; i < inputs; i++)
                values[(output * inputs) + i] = Round(row[i] / scale[output], bits);
        });

        return new LayerWeights(bits, values, scale, [.. bias]);
    }

    /// <summary>The nearest weight to a real number in units of the scale.</summary>
    public static sbyte Round(double x, int bits)
    {
        int largest = LayerWeights.Largest(bits);
        return bits == 1 ? (sbyte)(x >= 0 ? 1 : -1) : (sbyte)Math.Clamp(Math.Round(x), -largest, largest);
    }

    /// <summary>The scale of one output at which its largest weight is the largest integer.</summary>
    public static float RangeScale(ReadOnlySpan<float> row, int bits) =>
        Usable(Math.Abs(TensorPrimitives.MaxMagnitude(row)) / LayerWeights.Largest(bits));

    /// <summary>The scale of one output with the least squared error of plain rounding.</summary>
    public static float BestScale(ReadOnlySpan<float> row, int bits)
    {
        double magnitude = 0;
        foreach (float weight in row)
            magnitude += Math.Abs((double)weight);
        if (bits == 1)
            return Usable(magnitude / row.Length);

        float largest = 0;
        foreach (float weight in row)
            largest = Math.Max(largest, Math.Abs(weight));
        double full = largest / LayerWeights.Largest(bits);
        double best = full, least = double.PositiveInfinity;
        for (int i = 0; i <= GridPoints && full > 0; i++)
        {
            double scale = full * (1 - ((1 - SmallestShare) * i / GridPoints));
            // The rounding gives a better scale for itself: the least squares one.
            foreach (double candidate in (ReadOnlySpan<double>)[scale, Refit(row, scale, bits)])
            {
                double error = SquaredError(row, candidate, bits);
                if (error < least)
                    (least, best) = (error, candidate);
            }
        }

        return Usable(best);
    }

    private static float Usable(double scale) => Math.Max((float)scale, NoScale);

    private static double Refit(ReadOnlySpan<float> row, double scale, int bits)
    {
        double product = 0, square = 0;
        foreach (float weight in row)
        {
            int q = Round(weight / scale, bits);
            product += (double)weight * q;
            square += q * q;
        }

        return product > 0 ? product / square : scale;
    }

    private static double SquaredError(ReadOnlySpan<float> row, double scale, int bits)
    {
        double sum = 0;
        foreach (float weight in row)
        {
            double error = weight - (scale * Round(weight / scale, bits));
            sum += error * error;
        }

        return sum;
    }
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Weights;

/// <summary>A layer's quantized weights, as a weights file holds them.</summary>
/// <param name="Bits">1 to 8; one bit means ±1.</param>
/// <param name="Values">[outputs, rows, columns, input channels]; depthwise [channels, rows, columns].</param>
/// <param name="Scale">What one unit of a weight is worth, for each output.</param>
/// <param name="Bias">What is added to each output.</param>
public sealed record LayerWeights(int Bits, sbyte[] Values, float[] Scale, float[] Bias)
{
    /// <summary>Output channels.</summary>
    public int Outputs => Scale.Length;

    /// <summary>Weights of one output.</summary>
    public int Inputs => Values.Length / Scale.Length;

    /// <summary>The largest magnitude that a weight of these bits can have.</summary>
    public static int Largest(int bits) => new WeightSpec(bits).Largest;

    /// <summary>The weights as real numbers.</summary>
    public float[] Dequantize()
    {
        var weights = new float[Values.Length];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = Values[i] * Scale[i / Inputs];
        return weights;
    }

    /// <summary>Energy of the float weights over that of the difference, in decibels; infinite where there is none.</summary>
    /// <param name="weights">The float weights, in the order of <see cref="Values"/>.</param>
    public double SqnrDb(ReadOnlySpan<float> weights)
    {
        double signal = 0, noise = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double error = weights[i] - ((double)Values[i] * Scale[i / Inputs]);
            signal += (double)weights[i] * weights[i];
            noise += error * error;
        }

        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>The code of an input given as raw bytes.</summary>
public static class InputCode
{
    /// <summary>Spans what all 256 bytes of all channels become, with value zero a level.</summary>
    public static CodeSpec OfBytes(InputNormalization normalization, int bits)
    {
        double low = 0, high = 0;
        for (int channel = 0; channel < normalization.Mean.Count; channel++)
        {
            foreach (int pixel in (ReadOnlySpan<int>)[0, byte.MaxValue])
            {
                double x = ((pixel * normalization.Scale) - normalization.Mean[channel]) / normalization.Std[channel];
                (low, high) = (Math.Min(low, x), Math.Max(high, x));
            }
        }

        return UniformCode.Spanning(low, high, bits);
    }
}

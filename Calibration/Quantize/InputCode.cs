using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>The code of an input given as raw bytes.</summary>
public static class InputCode
{
    private const int Candidates = 64;

    /// <summary>
    /// Spans what all 256 bytes of all channels become, with value zero a level, and among the steps that do the one with the
    /// least squared error: where zero falls halfway between two bytes, the very smallest step would put every byte on a tie.
    /// </summary>
    public static CodeSpec OfBytes(InputNormalization normalization, int bits)
    {
        double[] values = [.. Enumerable.Range(0, normalization.Mean.Count).SelectMany(channel => Values(normalization, channel))];
        double low = Math.Min(0, values.Min()), high = Math.Max(0, values.Max());
        double widening = 2.0 / (1 << bits) / Candidates;
        return Enumerable.Range(0, Candidates + 1)
            .Select(i => 1 + (widening * i))
            .Select(share => EvenCodes.Spanning(low * share, high * share, bits))
            .MinBy(code => values.Sum(x => SquaredError(x, code)))!;
    }

    private static IEnumerable<double> Values(InputNormalization normalization, int channel) =>
        Enumerable.Range(0, 256).Select(pixel => ((pixel * normalization.Scale) - normalization.Mean[channel]) / normalization.Std[channel]);

    private static double SquaredError(double x, CodeSpec code)
    {
        double level = Math.Clamp(Math.Round(x / code.Step), -code.Zero, (1 << code.Bits) - 1 - code.Zero);
        double error = x - (level * code.Step);
        return error * error;
    }
}

namespace BitKernelGen.Calibration.Allocation;

/// <summary>From losses measured at a few numbers of bits to all: loss = sensitivity · distortion.</summary>
internal static class LossCurve
{
    /// <summary>Numbers of bits that there are.</summary>
    public const int MaxBits = 8;

    /// <summary>
    /// The sensitivity is what was measured over the distortion there; between two measurements its logarithm is interpolated, as it
    /// changes slowly, and beyond them it stays.
    /// </summary>
    /// <param name="distortion">For 1 to 8 bits.</param>
    /// <param name="measured">Bits, rising, and the loss with them.</param>
    /// <returns>For 1 to 8 bits.</returns>
    public static double[] Extend(IReadOnlyList<double> distortion, IReadOnlyList<(int Bits, double Loss)> measured)
    {
        (int Bits, double Log)[] sensitivity = [.. measured
            .Where(point => point.Loss > 0 && distortion[point.Bits - 1] > 0)
            .Select(point => (point.Bits, Math.Log(point.Loss / distortion[point.Bits - 1])))];
        // Nothing that was done to it showed in the outputs.
        if (sensitivity.Length == 0)
            return new double[MaxBits];
        return [.. distortion.Select((d, i) => d * Math.Exp(At(sensitivity, i + 1)))];
    }

    private static double At((int Bits, double Log)[] sensitivity, int bits)
    {
        int above = Array.FindIndex(sensitivity, point => point.Bits >= bits);
        if (above <= 0)
            return sensitivity[above < 0 ? ^1 : 0].Log;
        ((int lowBits, double low), (int highBits, double high)) = (sensitivity[above - 1], sensitivity[above]);
        return low + ((high - low) * (bits - lowBits) / (highBits - lowBits));
    }
}

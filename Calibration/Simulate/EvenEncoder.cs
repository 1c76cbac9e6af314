using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>Encodes and decodes with evenly spaced levels, as <c>docs/arithmetic.md</c> defines it.</summary>
internal static class EvenEncoder
{
    /// <summary>The levels of values.</summary>
    public static byte[] Encode(ReadOnlySpan<float> values, CodeSpec code)
    {
        float reciprocal = (float)(1.0 / code.Step);
        float low = -code.Zero, high = (1 << code.Bits) - 1 - code.Zero;
        var levels = new byte[values.Length];
        for (int i = 0; i < levels.Length; i++)
            levels[i] = (byte)((int)MathF.Round(Math.Clamp(values[i] * reciprocal, low, high)) + code.Zero);
        return levels;
    }

    /// <summary>The values of levels.</summary>
    public static float[] Decode(ReadOnlySpan<byte> levels, CodeSpec code)
    {
        var values = new float[levels.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = code.Step * (levels[i] - code.Zero);
        return values;
    }
}

using BitKernelGen.Calibration.Reference;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>Encodes to levels and decodes them, as <c>docs/arithmetic.md</c> defines it; a level is one byte.</summary>
internal sealed class LevelEncoder
{
    private readonly Code _code;
    private readonly Encoder _encoder;

    /// <summary>For a code with any coefficients: real-valued ones are replaced by integers first.</summary>
    /// <exception cref="ArgumentException">It is no code.</exception>
    public LevelEncoder(CodeSpec spec)
    {
        _code = Code.Of(spec);
        _encoder = new Encoder(_code, ActivationFunction.None);
    }

    /// <summary>The levels of values.</summary>
    public byte[] Encode(ReadOnlySpan<float> values)
    {
        float reciprocal = _code.Reciprocal;
        var levels = new byte[values.Length];
        if (!_code.IsEven)
        {
            for (int i = 0; i < levels.Length; i++)
                levels[i] = (byte)_encoder.LevelOf(values[i] * reciprocal);
            return levels;
        }

        float low = -_code.Zero, high = _code.MaxLevel - _code.Zero;
        for (int i = 0; i < levels.Length; i++)
            levels[i] = (byte)((int)MathF.Round(Math.Clamp(values[i] * reciprocal, low, high)) + _code.Zero);
        return levels;
    }

    /// <summary>The values of levels.</summary>
    public float[] Decode(ReadOnlySpan<byte> levels)
    {
        var values = new float[levels.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = _code.Step * (levels[i] - _code.Zero);
        return values;
    }
}

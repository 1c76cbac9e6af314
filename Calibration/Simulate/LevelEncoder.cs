using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>Encodes to levels and decodes them, as <c>docs/arithmetic.md</c> defines it; a level is one byte.</summary>
internal sealed class LevelEncoder
{
    private readonly Tensor _tensor;
    private readonly Encoder _encoder;

    /// <summary>For a code with any coefficients: real-valued ones are replaced by integers first.</summary>
    /// <exception cref="ArgumentException">It is no code.</exception>
    public LevelEncoder(CodeSpec spec)
        : this(new Tensor(0, "", 1, 1, 1, Code.Of(spec), null))
    {
    }

    /// <summary>For an input whose channels are encoded each in its own way; it decodes to what the gains have been multiplied into.</summary>
    public LevelEncoder(ChannelInput input, int channels)
        : this(new Tensor(0, "input", 1, 1, channels, Code.Of(input.Code), null) { Gain = input.Gain, Zeros = input.Zeros })
    {
    }

    // Where channels share the code, the tensor has one.
    private LevelEncoder(Tensor tensor) => (_tensor, _encoder) = (tensor, new Encoder(tensor.Code!, ActivationFunction.None));

    /// <summary>The levels of values.</summary>
    public byte[] Encode(ReadOnlySpan<float> values)
    {
        Code code = _tensor.Code!;
        var levels = new byte[values.Length];
        if (!code.IsEven)
        {
            float common = code.Reciprocal;
            for (int i = 0; i < levels.Length; i++)
                levels[i] = (byte)_encoder.LevelOf(values[i] * common);
            return levels;
        }

        for (int channel = 0; channel < _tensor.Channels; channel++)
        {
            float reciprocal = _tensor.ReciprocalOf(channel);
            int zero = _tensor.ZeroOf(channel);
            float low = -zero, high = code.MaxLevel - zero;
            for (int i = channel; i < levels.Length; i += _tensor.Channels)
                levels[i] = (byte)((int)MathF.Round(Math.Clamp(values[i] * reciprocal, low, high)) + zero);
        }

        return levels;
    }

    /// <summary>The values of levels, as products read them.</summary>
    public float[] Decode(ReadOnlySpan<byte> levels)
    {
        Code code = _tensor.Code!;
        if (code.Planes is { } planes)
            return [.. levels.ToArray().Select(level => (float)planes.ValueOf(level))];
        float step = code.Step;
        var values = new float[levels.Length];
        for (int channel = 0; channel < _tensor.Channels; channel++)
        {
            int zero = _tensor.ZeroOf(channel);
            for (int i = channel; i < values.Length; i += _tensor.Channels)
                values[i] = step * (levels[i] - zero);
        }

        return values;
    }
}

using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>Encodes to levels and decodes them, as <c>docs/arithmetic.md</c> defines it; a level is one byte.</summary>
internal sealed class LevelEncoder
{
    private readonly Code _code;
    private readonly Encoder _encoder;
    private readonly Tensor? _channels;

    /// <summary>For a code with any coefficients: real-valued ones are replaced by integers first.</summary>
    /// <exception cref="ArgumentException">It is no code.</exception>
    public LevelEncoder(CodeSpec spec)
    {
        _code = Code.Of(spec);
        _encoder = new Encoder(_code, ActivationFunction.None);
    }

    /// <summary>For an input whose channels are encoded each in its own way; it decodes to what the gains have been multiplied into.</summary>
    public LevelEncoder(ChannelInput input, int channels)
        : this(input.Code)
    {
        var tensor = new Tensor(0, "input", 1, 1, channels, _code, null) { Gain = input.Gain, Zeros = input.Zeros };
        _channels = tensor.IsByChannel ? tensor : null;
    }

    /// <summary>The levels of values.</summary>
    public byte[] Encode(ReadOnlySpan<float> values)
    {
        if (_channels is not null)
            return EncodeByChannel(_channels, values);
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
            values[i] = _code.Step * (levels[i] - (_channels?.ZeroOf(i % _channels.Channels) ?? _code.Zero));
        return values;
    }

    private static byte[] EncodeByChannel(Tensor tensor, ReadOnlySpan<float> values)
    {
        var levels = new byte[values.Length];
        for (int channel = 0; channel < tensor.Channels; channel++)
        {
            float reciprocal = tensor.ReciprocalOf(channel);
            int zero = tensor.ZeroOf(channel), largest = tensor.Code!.MaxLevel;
            for (int i = channel; i < levels.Length; i += tensor.Channels)
                levels[i] = (byte)((int)MathF.Round(Math.Clamp(values[i] * reciprocal, -zero, largest - zero)) + zero);
        }

        return levels;
    }
}

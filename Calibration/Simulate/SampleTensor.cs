using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>A tensor of every calibration sample: float32 values, or the levels of a code, a byte each.</summary>
internal sealed class SampleTensor
{
    private readonly float[][]? _values;
    private readonly byte[][]? _levels;
    private readonly LevelEncoder? _encoder;

    private SampleTensor(float[][]? values, byte[][]? levels, LevelEncoder? encoder) =>
        (_values, _levels, _encoder) = (values, levels, encoder);

    /// <summary>Samples.</summary>
    public int Count => _values?.Length ?? _levels!.Length;

    /// <summary>Room for float32 values.</summary>
    public static SampleTensor OfValues(int samples) => new(new float[samples][], null, null);

    /// <summary>Room for levels of a code.</summary>
    public static SampleTensor OfLevels(int samples, CodeSpec code) => new(null, new byte[samples][], new LevelEncoder(code));

    /// <summary>Room for what another tensor holds: values, or levels of the same code.</summary>
    public SampleTensor Alike() => new(_values is null ? null : new float[Count][], _levels is null ? null : new byte[Count][], _encoder);

    /// <summary>Stores a sample, encoded where the tensor has a code.</summary>
    public void Store(int sample, float[] values)
    {
        if (_values is not null)
            _values[sample] = values;
        else
            _levels![sample] = _encoder!.Encode(values);
    }

    /// <summary>A sample's values.</summary>
    public float[] Load(int sample) => _values?[sample] ?? _encoder!.Decode(_levels![sample]);
}

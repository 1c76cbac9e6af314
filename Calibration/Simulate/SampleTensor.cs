using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>A tensor of every calibration sample: float32 values, or the levels of an evenly spaced code, a byte each.</summary>
internal sealed class SampleTensor
{
    private readonly float[][]? _values;
    private readonly byte[][]? _levels;
    private readonly CodeSpec? _code;

    private SampleTensor(float[][]? values, byte[][]? levels, CodeSpec? code) => (_values, _levels, _code) = (values, levels, code);

    /// <summary>Samples.</summary>
    public int Count => _values?.Length ?? _levels!.Length;

    /// <summary>Room for float32 values.</summary>
    public static SampleTensor OfValues(int samples) => new(new float[samples][], null, null);

    /// <summary>Room for levels of a code.</summary>
    public static SampleTensor OfLevels(int samples, CodeSpec code) => new(null, new byte[samples][], code);

    /// <summary>Room for what another tensor holds: values, or levels of the same code.</summary>
    public SampleTensor Alike() => new(_values is null ? null : new float[Count][], _levels is null ? null : new byte[Count][], _code);

    /// <summary>Stores a sample, encoded where the tensor has a code.</summary>
    public void Store(int sample, float[] values)
    {
        if (_values is not null)
            _values[sample] = values;
        else
            _levels![sample] = EvenEncoder.Encode(values, _code!);
    }

    /// <summary>A sample's values.</summary>
    public float[] Load(int sample) => _values?[sample] ?? EvenEncoder.Decode(_levels![sample], _code!);
}

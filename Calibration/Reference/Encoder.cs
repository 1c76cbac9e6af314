using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>From values in steps to levels: <c>docs/arithmetic.md</c>, "Encode".</summary>
internal sealed class Encoder
{
    private readonly float _low;
    private readonly float _high;
    private readonly int _zero;
    private readonly byte[]? _levelByHalfStep;

    public Encoder(Code code, Activation activation)
    {
        Reciprocal = code.Reciprocal;
        _zero = code.Zero;
        _low = -code.Zero;
        _high = code.MaxLevel - code.Zero;
        if (activation is Activation.Relu or Activation.Relu6 && _low < 0)
            _low = 0;
        if (activation is Activation.Relu6 && 6f * code.Reciprocal < _high)
            _high = 6f * code.Reciprocal;
        if (!code.IsEven)
            _levelByHalfStep = code.LevelByHalfStep();
    }

    /// <summary>r.</summary>
    public float Reciprocal { get; }

    /// <summary>Encodes t = y · r.</summary>
    public int LevelOf(float t)
    {
        t = MathF.Min(MathF.Max(t, _low), _high);
        return _levelByHalfStep is null
            ? (int)MathF.Round(t, MidpointRounding.ToEven) + _zero
            : _levelByHalfStep[(int)MathF.Ceiling(2 * t) + (2 * _zero)];
    }
}

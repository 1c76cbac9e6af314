using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>From values in steps to levels: <c>docs/arithmetic.md</c>, "Encode".</summary>
internal sealed class Encoder
{
    private readonly float _low;
    private readonly float _high;
    private readonly int _zero;
    private readonly byte[]? _levelByHalfStep;

    public Encoder(Code code, ActivationFunction activation)
    {
        Reciprocal = code.Reciprocal;
        _zero = code.Zero;
        float least = -code.Zero, most = code.MaxLevel - code.Zero;
        (_low, _high) = activation.IsLimit
            ? (Math.Clamp(activation.Low * code.Reciprocal, least, most), Math.Clamp(activation.High * code.Reciprocal, least, most))
            : (least, most);
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

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>An activation with its numbers.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Low">The lower limit of relu, relu6 and clip.</param>
/// <param name="High">Their upper limit.</param>
/// <param name="Slope">The factor below 0 of leaky-relu.</param>
internal sealed record DraftActivation(
    Activation Kind, double Low = double.NegativeInfinity, double High = double.PositiveInfinity, double Slope = 0)
{
    public static DraftActivation None { get; } = new(Activation.None);

    /// <summary>prelu's factors, one for each channel.</summary>
    public EquatableArray<float> Slopes { get; init; }

    public bool IsLimit => Kind is Activation.Relu or Activation.Relu6 or Activation.Clip;

    /// <summary>min(max(x, low), high), by its shortest name.</summary>
    public static DraftActivation Limit(double low, double high) => (low, high) switch
    {
        (0, 6) => new(Activation.Relu6, 0, 6),
        (0, double.PositiveInfinity) => new(Activation.Relu, 0),
        (double.NegativeInfinity, double.PositiveInfinity) => None,
        _ => new(Activation.Clip, low, high),
    };

    /// <summary>Limits applied after these ones.</summary>
    public DraftActivation Then(DraftActivation next) => Limit(Math.Clamp(Low, next.Low, next.High), Math.Clamp(High, next.Low, next.High));
}

using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>The codes of a tensor.</summary>
/// <param name="Code">What multiplications read.</param>
/// <param name="Skip">What sums read, where it is another one.</param>
public sealed record LayerCodes(Bottleneck? Code, Bottleneck? Skip)
{
    /// <summary>A float32 tensor.</summary>
    public static LayerCodes None { get; } = new(null, null);

    /// <summary>A code that no values were measured for.</summary>
    internal static LayerCodes Given(CodeSpec code) => new(new Bottleneck(code, 0, double.PositiveInfinity, double.PositiveInfinity), null);
}

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>The best bottleneck of a tensor for every number of bits: its operational rate-distortion curve.</summary>
/// <param name="Points">Of 1 to 8 bits, in that order.</param>
public sealed record RateDistortionCurve(IReadOnlyList<Bottleneck> Points)
{
    /// <summary>The largest number of bits.</summary>
    public const int MostBits = 8;

    /// <summary>The bottleneck of so many bits, 1 to <see cref="MostBits"/>.</summary>
    public Bottleneck this[int bits] => Points[bits - 1];
}

namespace BitKernelGen.Calibration.Export;

/// <summary>What an exported model shall be.</summary>
public sealed record ExportOptions
{
    /// <summary>
    /// Whether the model takes raw bytes (uint8) and normalises them by the profile's scale, mean and standard deviation, instead
    /// of normalised float32.
    /// </summary>
    public bool RawInput { get; init; }

    /// <summary>
    /// Whether a bias becomes int32 even where no code rounds the sum anyway. It saves a node, at the cost of half a unit of the sums.
    /// </summary>
    internal bool RoundsEveryBias { get; init; }
}

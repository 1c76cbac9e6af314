namespace BitKernelGen.Calibration.Export;

/// <summary>What an exported model shall be.</summary>
public sealed record ExportOptions
{
    /// <summary>
    /// Whether the model takes raw bytes (uint8) and normalises them by the profile's scale, mean and standard deviation, instead
    /// of normalised float32.
    /// </summary>
    public bool RawInput { get; init; }

    /// <summary>Whether a bias that is no multiple of its products' unit is rounded to one, rather than left in float32.</summary>
    internal bool RoundBias { get; init; }
}

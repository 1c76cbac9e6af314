namespace BitKernelGen.Calibration.Data;

/// <summary>The extent of a sample: what the network reads.</summary>
/// <param name="Height">Rows; 1 for vectors and signals.</param>
/// <param name="Width">Columns; 1 for vectors, the length of a signal.</param>
/// <param name="Channels">Channels, or the length of a vector.</param>
public readonly record struct SampleShape(int Height, int Width, int Channels)
{
    /// <summary>Elements.</summary>
    public int Length => Height * Width * Channels;

    /// <inheritdoc/>
    public override string ToString() => $"{Height}x{Width}x{Channels}";
}

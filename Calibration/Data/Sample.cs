namespace BitKernelGen.Calibration.Data;

/// <summary>One input, height-width-channel: either raw bytes or floats in the network's own units.</summary>
/// <param name="Bytes">Raw bytes, or null.</param>
/// <param name="Floats">Floats, or null.</param>
/// <param name="Label">Its class, or −1 where the data has none.</param>
public sealed record Sample(byte[]? Bytes, float[]? Floats, int Label);

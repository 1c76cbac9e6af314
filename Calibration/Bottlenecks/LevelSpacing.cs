namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>How a code's levels may lie.</summary>
public enum LevelSpacing
{
    /// <summary>Evenly: coefficients are powers of two, and encoding is a rounding.</summary>
    Even,

    /// <summary>Anyhow, where that gains at least 0.05 dB: encoding goes through a table.</summary>
    Any,
}

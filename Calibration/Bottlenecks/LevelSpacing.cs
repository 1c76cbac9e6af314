namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>How a code's levels may lie. Encoding to even ones is a rounding, to others it goes through a table.</summary>
public enum LevelSpacing
{
    /// <summary>Evenly, unless other levels gain at least 1 dB or even ones are worse than the paper's recipe.</summary>
    Auto,

    /// <summary>Evenly: coefficients are powers of two.</summary>
    Even,

    /// <summary>Anyhow where that gains at least 0.05 dB.</summary>
    Any,
}

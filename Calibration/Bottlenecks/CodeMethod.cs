namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>How codes are fitted to tensors.</summary>
public enum CodeMethod
{
    /// <summary>With the least mean squared error.</summary>
    Exact,

    /// <summary>By the recipe of the Bitwise Bottleneck paper: bits of a code of the whole range, chosen by a Lasso.</summary>
    Paper,

    /// <summary>Evenly over the whole range.</summary>
    Range,
}

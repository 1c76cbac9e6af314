namespace BitKernelGen.Calibration.Quantize;

/// <summary>The steps of <see cref="RoundingMethod.Sequential"/>, each of which can be left out to see what it gives.</summary>
public sealed record Recipe
{
    /// <summary>Everything.</summary>
    public static Recipe Full { get; } = new();

    /// <summary>Weights are fitted to the float layer's output, which undoes the error made before the layer.</summary>
    public bool Target { get; init; } = true;

    /// <summary>A layer whose output is added to another tensor is fitted to the sum, which undoes that tensor's error too.</summary>
    public bool Residual { get; init; } = true;

    /// <summary>Rounds of fitting only where the activation and the code let differences through.</summary>
    public int Aims { get; init; } = 2;

    /// <summary>Weights not yet rounded take up the error of those that are.</summary>
    public bool Compensation { get; init; } = true;

    /// <summary>How far the steps of codes follow their channels, from 0 (one step for all) to 1.</summary>
    public double ChannelSteps { get; init; } = 0.5;

    /// <summary>Up to how many bits weights are improved one by one after rounding.</summary>
    public int DescentBits { get; init; } = 2;
}

namespace BitKernelGen.Calibration.Quantize;

/// <summary>The steps of the recipe in the order in which they build on each other.</summary>
public static class Ablation
{
    /// <summary>Each step's name, and options with it and all before it.</summary>
    public static IReadOnlyList<(string Name, Func<QuantizeOptions, QuantizeOptions> Apply)> Steps { get; } =
    [
        ("range", options => options with { Rounding = RoundingMethod.Range }),
        ("nearest", options => options with { Rounding = RoundingMethod.Nearest }),
        ("bias", options => options with { Rounding = RoundingMethod.BiasCorrected }),
        ("compensation", options => options with { Recipe = new Recipe { Target = false, Residual = false, Aims = 0, ChannelSteps = 0 } }),
        ("target", options => options with { Recipe = new Recipe { Residual = false, Aims = 0, ChannelSteps = 0 } }),
        ("residual", options => options with { Recipe = new Recipe { Aims = 0, ChannelSteps = 0 } }),
        ("aim", options => options with { Recipe = new Recipe { ChannelSteps = 0 } }),
        ("channels", options => options with { Recipe = new Recipe() }),
    ];
}

namespace BitKernelGen.Profiles;

/// <summary>Which operation is written how, and what it takes.</summary>
public static class LayerRules
{
    /// <summary>As it is written; null where there is no such operation.</summary>
    public static string? Text(LayerOp op) => op switch
    {
        LayerOp.Conv => "conv",
        LayerOp.Depthwise => "depthwise",
        LayerOp.Dense => "dense",
        LayerOp.Add => "add",
        LayerOp.MaxPool => "maxpool",
        LayerOp.AvgPool => "avgpool",
        LayerOp.GlobalAvgPool => "globalavgpool",
        LayerOp.Concat => "concat",
        LayerOp.Flatten => "flatten",
        LayerOp.Subsample => "subsample",
        LayerOp.PadChannels => "pad-channels",
        _ => null,
    };

    /// <summary>Whether it multiplies by weights.</summary>
    public static bool HasWeights(LayerOp op) => op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.Dense;

    /// <summary>Whether it moves a window that the profile gives.</summary>
    public static bool HasKernel(LayerOp op) => op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.MaxPool or LayerOp.AvgPool;

    /// <summary>Whether its output has the codes of its input.</summary>
    public static bool KeepsCodes(LayerOp op) => op is LayerOp.MaxPool or LayerOp.Flatten or LayerOp.Subsample or LayerOp.PadChannels;

    /// <summary>Whether a key means something to an operation.</summary>
    public static bool Applies(string key, LayerOp op) => key switch
    {
        "kernel" or "pad" => HasKernel(op),
        "stride" => HasKernel(op) || op == LayerOp.Subsample,
        "channels" => op is LayerOp.Conv or LayerOp.Dense,
        "pad-channels" => op == LayerOp.PadChannels,
        "weight" or "kernel-strategy" => HasWeights(op),
        "bounds" => op is LayerOp.Conv or LayerOp.Dense,
        "activation" => HasWeights(op) || op == LayerOp.Add,
        "code" or "skip" => !KeepsCodes(op),
        _ => true,
    };
}

using BitKernelGen.Profiles.Binding;

namespace BitKernelGen.Profiles;

/// <summary>Which operation is written how, and what it takes.</summary>
public static class LayerRules
{
    /// <summary>As it is written; null where there is no such operation.</summary>
    /// <param name="op">The operation.</param>
    public static string? Text(LayerOp op) => (int)op >= 0 && (int)op < Words.Ops.Count ? Words.Ops[(int)op] : null;

    /// <summary>As it is written; null where there is no such activation.</summary>
    /// <param name="activation">The activation function.</param>
    public static string? Text(Activation activation) =>
        (int)activation >= 0 && (int)activation < Words.Activations.Count ? Words.Activations[(int)activation] : null;

    /// <summary>Whether its output has the codes of its input.</summary>
    public static bool KeepsCodes(LayerOp op) => op is LayerOp.MaxPool or LayerOp.Flatten or LayerOp.Subsample or LayerOp.PadChannels;

    /// <summary>Whether a key means something to an operation.</summary>
    public static bool Applies(string key, LayerOp op) => key switch
    {
        "kernel" or "pad" => OpKeys.NeedsKernel(op),
        "stride" => OpKeys.HasStride(op),
        "dilation" => OpKeys.HasDilation(op),
        "count-include-pad" => op == LayerOp.AvgPool,
        "channels" => OpKeys.NeedsChannels(op),
        "groups" => op == LayerOp.Conv,
        "pad-channels" => op == LayerOp.PadChannels,
        "weight" or "kernel-strategy" => OpKeys.NeedsWeight(op),
        "bounds" => op is LayerOp.Conv or LayerOp.Dense,
        "activation" or "slope" or "limits" => OpKeys.HasActivation(op),
        "code" or "skip" => !KeepsCodes(op) && op != LayerOp.Softmax,
        _ => true,
    };
}

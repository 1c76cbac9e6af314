namespace BitKernelGen.Profiles.Binding;

/// <summary>Which keys a layer has by its operation, where reader and writer must know.</summary>
internal static class OpKeys
{
    public static bool NeedsWeight(LayerOp op) => op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.Dense;

    public static bool NeedsChannels(LayerOp op) => op is LayerOp.Conv or LayerOp.Dense;

    /// <summary>Also whether it has a pad, zeros when not written.</summary>
    public static bool NeedsKernel(LayerOp op) => op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.MaxPool or LayerOp.AvgPool;

    /// <summary>[1, 1] when not written.</summary>
    public static bool HasDilation(LayerOp op) => op is LayerOp.Conv or LayerOp.Depthwise;

    public static bool HasActivation(LayerOp op) => NeedsWeight(op) || op is LayerOp.Add or LayerOp.Mul;

    /// <summary>[1, 1] when not written.</summary>
    public static bool HasStride(LayerOp op) => NeedsKernel(op) || op == LayerOp.Subsample;

    public static EquatableArray<int> DefaultStride(LayerOp op) => HasStride(op) ? new(1, 1) : default;

    public static EquatableArray<int> DefaultDilation(LayerOp op) => HasDilation(op) ? new(1, 1) : default;

    public static int DefaultGroups(LayerOp op) => op == LayerOp.Conv ? 1 : 0;

    public static EquatableArray<int> DefaultPad(LayerOp op) => NeedsKernel(op) ? new(0, 0, 0, 0) : default;
}

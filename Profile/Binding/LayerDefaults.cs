namespace BitKernelGen.Profiles.Binding;

/// <summary>What a layer has where its profile says nothing.</summary>
internal static class LayerDefaults
{
    public static EquatableArray<int> Stride(LayerOp op) => LayerRules.Applies("stride", op) ? new(1, 1) : default;

    public static EquatableArray<int> Pad(LayerOp op) => LayerRules.Applies("pad", op) ? new(0, 0, 0, 0) : default;
}

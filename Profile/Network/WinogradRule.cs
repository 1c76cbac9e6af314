namespace BitKernelGen.Profiles;

/// <summary>Which layers the strategies "winograd-2x2" and "winograd-4x4" can compute.</summary>
public static class WinogradRule
{
    /// <summary>Transformed levels, offset to be unsigned, must fit 8 bits.</summary>
    public const int MaxLevel = 15;

    /// <summary>
    /// Transformed weights must fit 8 bits, and no pair of products may saturate 16. Weights of more bits are multiplied in two halves
    /// by "winograd-4x4", where they prove that nothing saturates; for tiles of 2x2 that would save nothing.
    /// </summary>
    public const int MaxWeightBits = 4;

    /// <summary>Which layers, in words, for messages.</summary>
    /// <param name="tile">Output rows and columns of a tile, 2 or 4.</param>
    public static string Text(int tile) =>
        $"a 3x3 convolution with stride 1, without groups, dilation or prelu, weights of at most {(tile == 2 ? MaxWeightBits : 8)} bits, and levels of at most {MaxLevel} in pixels of whole groups of four channels, not too many for sums of 32 bits";

    /// <summary>Whether a layer's weights are multiplied in halves.</summary>
    /// <param name="weight">The weights.</param>
    public static bool IsHalved(WeightSpec weight) => weight.Bits > MaxWeightBits;

    /// <summary>Whether the bits promise that no pair of products saturates, or the profile's bounds do.</summary>
    /// <param name="spec">The layer.</param>
    public static bool IsProved(LayerSpec spec) => !IsHalved(spec.Weight!) || spec.Bounds is { Winograd4: > 0 };

    /// <summary>Whether it can.</summary>
    /// <param name="tile">Output rows and columns of a tile, 2 or 4.</param>
    /// <param name="spec">The layer.</param>
    /// <param name="window">Its window.</param>
    /// <param name="maxLevel">The largest level of what it reads.</param>
    /// <param name="isNetworkInput">Whether it reads the network's input, whose pixels lie densely.</param>
    /// <param name="channels">The input's channels.</param>
    public static bool Applies(int tile, LayerSpec spec, Window window, int maxLevel, bool isNetworkInput, int channels) =>
        spec.Op == LayerOp.Conv
        && window is { KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1 }
        && spec.Groups <= 1
        && !window.IsDilated
        && spec.Activation != Activation.PRelu
        && spec.Weight is { } weight && (tile == 4 || !IsHalved(weight))
        && maxLevel <= MaxLevel
        && Saturating.Product(tile * tile, maxLevel, weight.Largest, 3 * 3, channels) <= int.MaxValue
        && (!isNetworkInput || channels % 4 == 0);
}

namespace BitKernelGen.Profiles;

/// <summary>Which layers the strategies "winograd-2x2" and "winograd-4x4" can compute.</summary>
public static class WinogradRule
{
    /// <summary>Transformed levels, offset to be unsigned, must fit 8 bits.</summary>
    public const int MaxLevel = 15;

    /// <summary>Transformed weights must fit 8 bits, and no pair of products may saturate 16.</summary>
    public const int MaxWeightBits = 4;

    /// <summary>In words, for messages.</summary>
    public const string Text = "a 3x3 convolution with stride 1, without groups, dilation or prelu, weights of at most 4 bits, and levels of at most 15 in pixels of whole groups of four channels";

    /// <summary>Whether it can.</summary>
    /// <param name="spec">The layer.</param>
    /// <param name="window">Its window.</param>
    /// <param name="maxLevel">The largest level of what it reads.</param>
    /// <param name="isNetworkInput">Whether it reads the network's input, whose pixels lie densely.</param>
    /// <param name="channels">The input's channels.</param>
    public static bool Applies(LayerSpec spec, Window window, int maxLevel, bool isNetworkInput, int channels) =>
        spec.Op == LayerOp.Conv
        && window is { KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1 }
        && spec.Groups <= 1
        && !window.IsDilated
        && spec.Activation != Activation.PRelu
        && spec.Weight is { Bits: <= MaxWeightBits }
        && maxLevel <= MaxLevel
        && (!isNetworkInput || channels % 4 == 0);
}

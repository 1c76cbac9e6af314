namespace BitKernelGen.Profiles;

/// <summary>Which layers the strategy "activation-tables" can compute.</summary>
public static class ActivationTableRule
{
    /// <summary>Four levels choose a table among 256.</summary>
    public const int MaxLevel = 3;

    /// <summary>Four weights choose an entry of a table: −1, 0 or 1 each.</summary>
    public const int MaxWeightBits = 2;

    /// <summary>Places of a window whose weights stay in registers.</summary>
    public const int MaxTaps = 9;

    /// <summary>8-bit sums that a 16-bit sum holds.</summary>
    public const int MaxChunks = 257;

    /// <summary>In words, for messages.</summary>
    public const string Text = "a convolution or dense layer without groups and dilation, with a window of at most 9 places, weights of at most 2 bits, and levels of at most 3 in pixels of whole groups of four channels";

    /// <summary>Groups of four channels whose products an 8-bit sum holds, whatever the weights: each adds at most one level, or takes it away.</summary>
    /// <param name="taps">Places of the window.</param>
    /// <param name="maxLevel">The largest level.</param>
    public static int GroupsPerChunk(int taps, int maxLevel) => byte.MaxValue / (4 * maxLevel * taps);

    /// <summary>8-bit sums of an output.</summary>
    /// <param name="taps">Places of the window.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="maxLevel">The largest level.</param>
    public static int Chunks(int taps, int channels, int maxLevel)
    {
        int groups = (channels + 3) / 4, size = GroupsPerChunk(taps, maxLevel);
        return (groups + size - 1) / size;
    }

    /// <summary>Whether it can.</summary>
    /// <param name="spec">The layer.</param>
    /// <param name="window">Its window.</param>
    /// <param name="maxLevel">The largest level of what it reads.</param>
    /// <param name="isNetworkInput">Whether it reads the network's input, whose pixels lie densely.</param>
    /// <param name="channels">The input's channels.</param>
    public static bool Applies(LayerSpec spec, Window window, int maxLevel, bool isNetworkInput, int channels) =>
        spec.Op is LayerOp.Conv or LayerOp.Dense
        && spec.Groups <= 1
        && !window.IsDilated
        && window.KernelHeight * window.KernelWidth <= MaxTaps
        && spec.Weight is { Bits: <= MaxWeightBits }
        && maxLevel <= MaxLevel
        && (!isNetworkInput || channels % 4 == 0)
        && Chunks(window.KernelHeight * window.KernelWidth, channels, maxLevel) <= MaxChunks;
}

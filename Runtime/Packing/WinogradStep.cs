namespace BitKernelGen.Packing;

/// <summary>
/// What a Winograd kernel does in one 16-bit sum: a position, of either half of weights that have two, or a chunk of one. A layer's
/// steps follow its weights, after a head whose <see cref="Groups"/> counts the whole ones and whose <see cref="Sums"/> counts the
/// chunks that follow them.
/// </summary>
public struct WinogradStep
{
    /// <summary>Where its transformed levels begin, in bytes.</summary>
    public int Data;

    /// <summary>Where its transformed weights begin in a panel's, in bytes.</summary>
    public int Weights;

    /// <summary>Where its sums begin, in 32-bit integers.</summary>
    public int Sums;

    /// <summary>Groups of four channels.</summary>
    public int Groups;

    /// <summary>What its 16-bit sums are multiplied by when they are widened: a number twice, in 16 bits each.</summary>
    public int Factor;

    /// <summary>1 where it adds to the sums of a step before it, 0 where it begins them.</summary>
    public int Continues;

    /// <summary>Bytes of a step.</summary>
    public const int Bytes = 6 * sizeof(int);
}

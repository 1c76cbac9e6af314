using System;

namespace BitKernelGen.Profiles;

/// <summary>Which layers the strategy "weight-tables" can compute, and how many looked-up sums 8 bits hold.</summary>
public static class WeightTableRule
{
    /// <summary>Levels have at most four bits, each of which is looked up.</summary>
    public const int MaxLevel = 15;

    /// <summary>Beyond this, 8 bits hold a single lookup.</summary>
    public const int MaxWeightBits = 6;

    /// <summary>Columns of a window: their lookups stand one after the other.</summary>
    public const int MaxColumns = 16;

    /// <summary>8-bit sums that a 16-bit sum holds.</summary>
    public const int MaxChunks = 257;

    /// <summary>Input channels whose bits make an index.</summary>
    public const int Group = 4;

    /// <summary>In words, for messages.</summary>
    public const string Text = "a convolution without groups and dilation, with a window of at most 16 columns, weights of at most 6 bits, and levels of at most 15";

    /// <summary>
    /// What an 8-bit sum takes up, whatever the weights: groups of four channels, rows and columns of the window. Each lookup adds the
    /// weights of a group whose bits are set, above the least that they can come to: at most the sum of their magnitudes.
    /// </summary>
    /// <param name="window">The window.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="weight">Its weights.</param>
    public static (int Groups, int Rows, int Columns) Chunk(Window window, int channels, WeightSpec weight)
    {
        int lookups = byte.MaxValue / (Group * weight.Largest);
        int rows = window.KernelHeight, columns = window.KernelWidth, groups = (channels + Group - 1) / Group;
        if (lookups < columns)
            return (1, 1, Divisor(columns, lookups));
        if (lookups < rows * columns)
            return (1, Divisor(rows, lookups / columns), columns);
        int chunks = (groups + (lookups / (rows * columns)) - 1) / (lookups / (rows * columns));
        return ((groups + chunks - 1) / chunks, rows, columns);
    }

    /// <summary>8-bit sums of an output.</summary>
    /// <param name="window">The window.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="weight">Its weights.</param>
    public static int Chunks(Window window, int channels, WeightSpec weight)
    {
        (int groups, int rows, int columns) = Chunk(window, channels, weight);
        return (((channels + Group - 1) / Group) + groups - 1) / groups * (window.KernelHeight / rows) * (window.KernelWidth / columns);
    }

    /// <summary>Whether it can.</summary>
    /// <param name="spec">The layer.</param>
    /// <param name="window">Its window.</param>
    /// <param name="maxLevel">The largest level of what it reads.</param>
    /// <param name="channels">The input's channels.</param>
    public static bool Applies(LayerSpec spec, Window window, int maxLevel, int channels) =>
        spec.Op == LayerOp.Conv
        && spec.Groups <= 1
        && !window.IsDilated
        && window.KernelWidth <= MaxColumns
        && spec.Weight is { Bits: <= MaxWeightBits }
        && maxLevel <= MaxLevel
        && Chunks(window, channels, spec.Weight) <= MaxChunks;

    /// <summary>The largest divisor that is no larger than a limit.</summary>
    private static int Divisor(int number, int limit)
    {
        int divisor = Math.Min(number, limit);
        while (number % divisor != 0)
            divisor--;
        return divisor;
    }
}

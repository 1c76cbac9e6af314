using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace BitKernelGen;

/// <summary>
/// What the actual weights of a layer prove about its integer sums; the definitions are in <c>docs/arithmetic.md</c>. The
/// calibrator writes it into the profile, the planner chooses kernels by it, the loader proves it again.
/// </summary>
/// <param name="Pair">The largest magnitude of a sum of two neighbouring products.</param>
/// <param name="Steps">Consecutive groups of four that a 16-bit pair accumulator holds; 0 where a single pair overflows it.</param>
/// <param name="Sum">The largest magnitude of the whole sum.</param>
public readonly record struct AccumulationBounds(int Pair, int Steps, long Sum)
{
    /// <summary>Products in a group: what one 32-bit broadcast of activations holds.</summary>
    public const int Group = 4;

    /// <summary>Proves the bounds of a layer.</summary>
    /// <param name="weights">[outputs, rows, columns, channels], as they are in the weights file.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="rows">Rows of the window.</param>
    /// <param name="columns">Columns of the window.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="pixelBytes">Bytes from one input pixel to the next, at least <paramref name="channels"/>.</param>
    /// <param name="maxLevel">The largest level of the input's code, 1 to 255.</param>
    public static AccumulationBounds Prove(
        ReadOnlySpan<sbyte> weights, int outputs, int rows, int columns, int channels, int pixelBytes, int maxLevel)
    {
        int groupsPerRow = ((columns * pixelBytes) + Group - 1) / Group;
        int groups = rows * groupsPerRow;
        int largestPair = 0, steps = groups;
        long largestSum = 0;

        // Running totals of each pair position over the groups: positive weights and negated negative ones.
        var totals = new int[4, groups + 1];
        for (int o = 0; o < outputs; o++)
        {
            Array.Clear(totals);
            ReadOnlySpan<sbyte> filter = weights.Slice(o * rows * columns * channels, rows * columns * channels);
            long sum = 0;
            for (int row = 0, i = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    for (int channel = 0; channel < channels; channel++, i++)
                    {
                        int offset = (column * pixelBytes) + channel;
                        int group = (row * groupsPerRow) + (offset / Group);
                        int total = (offset % Group / 2 * 2) + (filter[i] < 0 ? 1 : 0);
                        totals[total, group + 1] += Math.Abs((int)filter[i]);
                        sum += Math.Abs((int)filter[i]);
                    }
                }
            }

            largestSum = Math.Max(largestSum, sum * maxLevel);
            for (int total = 0; total < 4; total++)
            {
                for (int group = 1; group <= groups; group++)
                {
                    largestPair = Math.Max(largestPair, totals[total, group] * maxLevel);
                    totals[total, group] += totals[total, group - 1];
                }

                // The longest run of groups that ends at each group and fits; one that does not reach the beginning limits the rest.
                for (int end = 1, start = 0; end <= groups; end++)
                {
                    while ((long)(totals[total, end] - totals[total, start]) * maxLevel > short.MaxValue)
                        start++;
                    if (start > 0)
                        steps = Math.Min(steps, end - start);
                }
            }
        }

        return new AccumulationBounds(largestPair, steps, largestSum);
    }

    /// <summary>Whether 16-bit sums of these weights hold so many groups: what <see cref="Prove"/> would find, without the rest.</summary>
    /// <param name="weights">[outputs, rows, columns, channels].</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="rows">Rows of the window.</param>
    /// <param name="columns">Columns of the window.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="pixelBytes">Bytes from one input pixel to the next.</param>
    /// <param name="maxLevel">The largest level of the input's code.</param>
    /// <param name="steps">Consecutive groups of four products, 1 or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Allow(
        ReadOnlySpan<sbyte> weights, int outputs, int rows, int columns, int channels, int pixelBytes, int maxLevel, int steps)
    {
        // Groups that lie in memory as they are multiplied: models load in the time that this takes.
        if (channels != pixelBytes || columns * channels % Group != 0)
            return Prove(weights, outputs, rows, columns, channels, pixelBytes, maxLevel).Steps >= steps;
        int groups = rows * columns * channels / Group;
        if (steps > groups)
            return false;

        // Running totals: positive and negated negative weights of the first pair, then of the second.
        Vector128<int> flip = Vector128.Create(0, -1, 0, -1), largest = Vector128<int>.Zero;
        var totals = new Vector128<int>[groups + 1];
        for (int o = 0; o < outputs; o++)
        {
            ReadOnlySpan<int> filter = MemoryMarshal.Cast<sbyte, int>(weights.Slice(o * groups * Group, groups * Group));
            for (int group = 0; group < groups; group++)
            {
                Vector128<int> four = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(filter[group]).AsSByte()));
                Vector128<int> partner = Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2));
                Vector128<int> pair = Vector128.Max((four ^ flip) - flip, Vector128<int>.Zero) + Vector128.Max((partner ^ flip) - flip, Vector128<int>.Zero);
                totals[group + 1] = totals[group] + pair;
                if (group + 1 >= steps)
                    largest = Vector128.Max(largest, totals[group + 1] - totals[group + 1 - steps]);
            }
        }

        return Math.Max(Math.Max(largest[0], largest[1]), Math.Max(largest[2], largest[3])) * (long)maxLevel <= short.MaxValue;
    }

    /// <summary>What holds for any weights of these bits.</summary>
    /// <param name="weightBits">1 to 8.</param>
    /// <param name="rows">Rows of the window.</param>
    /// <param name="columns">Columns of the window.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="pixelBytes">Bytes from one input pixel to the next.</param>
    /// <param name="maxLevel">The largest level of the input's code.</param>
    public static AccumulationBounds WorstCase(int weightBits, int rows, int columns, int channels, int pixelBytes, int maxLevel)
    {
        int largest = weightBits == 1 ? 1 : (1 << (weightBits - 1)) - 1;
        int pair = 2 * largest * maxLevel;
        int groups = rows * (((columns * pixelBytes) + Group - 1) / Group);
        return new AccumulationBounds(pair, Math.Min(groups, short.MaxValue / pair), (long)largest * maxLevel * rows * columns * channels);
    }
}

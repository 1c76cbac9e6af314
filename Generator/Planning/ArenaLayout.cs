using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// Lays blocks into one arena so that blocks whose lifetimes overlap never share a byte: one after the other, each at the lowest
/// offset that is free for its whole lifetime.
/// </summary>
internal static class ArenaLayout
{
    /// <summary>A block and its lifetime in steps, both ends included.</summary>
    public readonly record struct Block(long Bytes, int First, int Last)
    {
        /// <summary>Whether it is needed at a step.</summary>
        public bool IsLiveAt(int step) => First <= step && step <= Last;
    }

    /// <summary>Places blocks one by one.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="precedence">The block with the highest comes first; of equal ones the larger.</param>
    /// <returns>Offsets in the order of <paramref name="blocks"/>, and the arena's size.</returns>
    public static (long[] Offsets, long Bytes) Place(IReadOnlyList<Block> blocks, Func<Block, long> precedence)
    {
        var offsets = new long[blocks.Count];
        var placed = new List<(Block Block, long Offset)>();
        IEnumerable<int> order = Enumerable.Range(0, blocks.Count)
            .OrderByDescending(i => precedence(blocks[i])).ThenByDescending(i => blocks[i].Bytes).ThenBy(i => i);
        foreach (int i in order)
        {
            offsets[i] = Lowest(blocks[i], placed);
            placed.Add((blocks[i], offsets[i]));
        }

        return (offsets, placed.Select(block => block.Offset + block.Block.Bytes).DefaultIfEmpty(0).Max());
    }

    /// <summary>The lowest offset at which a block overlaps none that lives at its time.</summary>
    public static long Lowest(Block block, IEnumerable<(Block Block, long Offset)> placed)
    {
        long offset = 0;
        foreach ((Block other, long at) in placed.Where(other => other.Block.First <= block.Last && block.First <= other.Block.Last).OrderBy(other => other.Offset))
        {
            if (offset + block.Bytes <= at)
                break;
            offset = Math.Max(offset, at + other.Bytes);
        }

        return offset;
    }
}

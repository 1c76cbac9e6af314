using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// Lays blocks into one arena so that blocks whose lifetimes overlap never share a byte: the largest first, each at the lowest
/// offset that is free for its whole lifetime.
/// </summary>
internal static class ArenaLayout
{
    /// <summary>A block and its lifetime in steps, both ends included.</summary>
    public readonly record struct Block(long Bytes, int First, int Last);

    /// <summary>Offsets in the order of <paramref name="blocks"/>, and the arena's size.</summary>
    public static (long[] Offsets, long Bytes) Place(IReadOnlyList<Block> blocks)
    {
        var offsets = new long[blocks.Count];
        var placed = new List<int>();
        long bytes = 0;
        foreach (int i in Enumerable.Range(0, blocks.Count).OrderByDescending(i => blocks[i].Bytes).ThenBy(i => i))
        {
            Block block = blocks[i];
            long offset = 0;
            foreach (int other in placed.Where(j => blocks[j].First <= block.Last && block.First <= blocks[j].Last).OrderBy(j => offsets[j]))
            {
                if (offset + block.Bytes <= offsets[other])
                    break;
                offset = Math.Max(offset, offsets[other] + blocks[other].Bytes);
            }

            offsets[i] = offset;
            placed.Add(i);
            bytes = Math.Max(bytes, offset + block.Bytes);
        }

        return (offsets, bytes);
    }
}

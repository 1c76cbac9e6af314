using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// Lays out buffers and the scratch of steps, which lives while its step runs, so over any buffer that does not. Buffers lie alike on
/// all machines; scratch differs in size, and may in place.
/// </summary>
/// <param name="buffers">The buffers.</param>
/// <param name="steps">The steps.</param>
/// <param name="times">When each runs; those of a band run at one time, in turns, and may share their scratch.</param>
internal sealed class ScratchPlacement(ArenaLayout.Block[] buffers, IReadOnlyList<Step> steps, int[] times)
{
    /// <summary>
    /// Takes the best of three orders: the largest buffers first; those first that have the most beside them; the largest of buffers and
    /// scratch together. Scratch is that of the widest vectors.
    /// </summary>
    /// <returns>Offsets of the buffers, and of each step's scratch by instruction set.</returns>
    public (long[] Buffers, EquatableArray<int>[] Scratch) Place()
    {
        ArenaLayout.Block[] scratch = [.. Enumerable.Range(0, steps.Count)
            .GroupBy(i => times[i], (time, together) => new ArenaLayout.Block(together.Max(i => steps[i].ScratchBytes(Isa.Avx512)), time, time))];
        ArenaLayout.Block[] all = [.. buffers, .. scratch];
        Dictionary<int, long> live = scratch.ToDictionary(block => block.First, block => all.Where(other => other.IsLiveAt(block.First)).Sum(other => other.Bytes));
        long[][] orders =
        [
            ArenaLayout.Place(buffers, buffer => buffer.Bytes).Offsets,
            ArenaLayout.Place(buffers, buffer => live.Max(at => buffer.IsLiveAt(at.Key) ? at.Value : 0)).Offsets,
            ArenaLayout.Place(all, block => block.Bytes).Offsets,
        ];
        long[] offsets = orders.OrderBy(offsets => Isa.Packed.Sum(isa => WorkspaceBytes(offsets, isa))).First();
        return (offsets, Scratch(offsets));
    }

    /// <summary>The lowest places that are free while each step runs: one for all instruction sets where that makes no workspace larger.</summary>
    private EquatableArray<int>[] Scratch(long[] offsets)
    {
        long[] workspaces = [.. Isa.Machines.Select(isa => WorkspaceBytes(offsets, isa))];
        return [.. Enumerable.Range(0, steps.Count).Select(i =>
        {
            long common = Isa.Machines.Max(isa => Lowest(offsets, i, isa));
            bool isCommon = Isa.Machines.Zip(workspaces, (isa, bytes) => common + steps[i].ScratchBytes(isa) <= bytes).All(fits => fits);
            return new EquatableArray<int>(Isa.Machines.Select(isa => checked((int)(isCommon ? common : Lowest(offsets, i, isa)))));
        })];
    }

    private long WorkspaceBytes(long[] offsets, Isa isa) => Math.Max(
        buffers.Zip(offsets, (buffer, offset) => offset + buffer.Bytes).Max(),
        Enumerable.Range(0, steps.Count).Max(i => Lowest(offsets, i, isa) + steps[i].ScratchBytes(isa)));

    private long Lowest(long[] offsets, int step, Isa isa) => ArenaLayout.Lowest(
        new ArenaLayout.Block(steps[step].ScratchBytes(isa), times[step], times[step]), buffers.Zip(offsets, (buffer, offset) => (buffer, offset)));
}

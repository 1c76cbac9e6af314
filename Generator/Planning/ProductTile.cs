using System;
using System.Linq;

namespace BitKernelGen.Generator.Planning;

/// <summary>How a product kernel accumulates.</summary>
internal enum Accumulation
{
    /// <summary>8-bit products, 16-bit sums in registers, widened when the whole chunk is done.</summary>
    Deep,

    /// <summary>8-bit products, 16-bit sums of a few groups, each widened into 32-bit sums in registers.</summary>
    Short,

    /// <summary>16-bit products of widened activations, 32-bit sums.</summary>
    Wide,

    /// <summary>8-bit products of signed levels, 32-bit sums: Arm64.</summary>
    Dot,

    /// <summary>One product at a time in 16 bits, widened into 32-bit sums: any machine.</summary>
    Portable,
}

/// <summary>The strategy "multiply-add" for one layer on one instruction set.</summary>
/// <param name="Isa">The instruction set.</param>
/// <param name="Accumulation">How it accumulates.</param>
/// <param name="Vectors">Vectors of outputs in a panel.</param>
/// <param name="Pixels">Output pixels of a tile.</param>
/// <param name="Group">Consecutive products of a lane.</param>
/// <param name="GroupsPerRow">Groups in one row of the window.</param>
/// <param name="ChunkRows">Window rows that a 16-bit sum takes up; 0 where a chunk is a part of a row.</param>
/// <param name="ChunkGroups">Groups of a row that a 16-bit sum takes up; all of them where <paramref name="ChunkRows"/> is not 0.</param>
internal sealed record ProductTile(
    Isa Isa, Accumulation Accumulation, int Vectors, int Pixels, int Group, int GroupsPerRow, int ChunkRows, int ChunkGroups) : Strategy(Isa)
{
    public override string Name => "multiply-add";

    public override string Describe() =>
        $"{Name} {Accumulation.ToString().ToLowerInvariant()} {Pixels}x{Vectors}" + (ProvenGroups > 0 ? $" chunk {ProvenGroups}" : "")
        + (IsPacked ? ", packed" : "");

    /// <summary>Whether tiles take their weights out of their bits themselves, so that no panel is unpacked in the scratch.</summary>
    public bool IsPacked { get; init; }

    /// <summary>The same with packed weights: they need registers, of which those who have few give up sums.</summary>
    /// <param name="width">Output pixels in a row.</param>
    public ProductTile Packed(int width)
    {
        int most = Math.Max(1, (Sums(Isa, Accumulation, Vectors, ChunkGroups) - (Isa.Registers < 32 ? 3 : 0)) / Vectors);
        int tiles = (width + most - 1) / most;
        return this with { IsPacked = true, Pixels = (width + tiles - 1) / tiles };
    }

    /// <summary>Outputs of a panel.</summary>
    public int PanelOutputs => Vectors * LaneOutputs;

    /// <summary>Outputs of a vector in memory: the portable kernels read 16 bytes at a time.</summary>
    public int LaneOutputs => Accumulation == Accumulation.Portable ? 16 : Isa.Lanes;

    /// <summary>Groups of 4 in a 16-bit sum, for the loader to prove; 0 where there are no 16-bit sums.</summary>
    public int ProvenGroups => Accumulation is Accumulation.Deep or Accumulation.Short ? Math.Max(1, ChunkRows) * ChunkGroups : 0;

    /// <summary>How often the 16-bit sums of a deep tile are widened, in a window of so many rows.</summary>
    public int Chunks(int rows) => Accumulation != Accumulation.Deep ? 1
        : ChunkRows > 0 ? (rows + ChunkRows - 1) / ChunkRows
        : rows * (GroupsPerRow / ChunkGroups);

    /// <summary>
    /// Chooses accumulation and tile. Tiles are those that the JIT keeps in registers: sums, weights and two or three
    /// temporaries together stay below the register count.
    /// </summary>
    /// <param name="isa">The instruction set.</param>
    /// <param name="rows">Rows of the window.</param>
    /// <param name="rowBytes">Bytes of a window row: columns · bytes of a pixel.</param>
    /// <param name="width">Output pixels in a row.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="steps">Groups of 4 that a 16-bit sum is proved to hold.</param>
    public static ProductTile Choose(Isa isa, int rows, int rowBytes, int width, int outputs, int steps)
    {
        if (isa == Isa.Vector128 || isa == Isa.Scalar)
            return new ProductTile(isa, Accumulation.Portable, 1, 1, 1, rowBytes, 0, 0);

        Accumulation accumulation = isa.MultipliesSignedBytes ? Accumulation.Dot
            : steps == 0 || !isa.MultipliesBytes ? Accumulation.Wide
            : Accumulation.Deep;
        int group = accumulation == Accumulation.Wide ? 2 : 4;
        int groups = (rowBytes + group - 1) / group;
        int chunkRows = 0, chunkGroups = groups;
        if (accumulation == Accumulation.Deep)
        {
            if (steps >= groups)
            {
                chunkRows = Math.Min(rows, steps / groups);
            }
            else
            {
                // Chunks of a row are equal, so that one loop serves them all.
                chunkGroups = Enumerable.Range(1, steps).Last(size => groups % size == 0);
                if (chunkGroups <= MaxShortGroups)
                    accumulation = Accumulation.Short;
            }
        }

        int vectors = (outputs + isa.Lanes - 1) / isa.Lanes;
        (int pixels, int panelVectors) = Tile(isa, accumulation, width, vectors, chunkGroups);
        return new ProductTile(isa, accumulation, panelVectors, pixels, group, groups, chunkRows, chunkGroups);
    }

    /// <summary>Beyond this, a chunk's weights no longer fit the registers beside the sums: the sums go to memory instead.</summary>
    private const int MaxShortGroups = 4;

    private static (int Pixels, int Vectors) Tile(Isa isa, Accumulation accumulation, int width, int vectors, int chunkGroups)
    {
        // Registers for sums: what is left beside the weights, the broadcast activations and a pair of products.
        int wanted = width >= 4 ? 2 : width >= 2 ? 4 : 8;
        if (vectors == 3 && width >= 4)
            wanted = 3;
        int panel = Math.Min(wanted, vectors);
        while (panel > 1 && accumulation == Accumulation.Short && Sums(isa, accumulation, panel, chunkGroups) < 2 * panel)
            panel--;
        int most = Math.Max(1, Sums(isa, accumulation, panel, chunkGroups) / panel);
        int tiles = (width + most - 1) / most;
        return ((width + tiles - 1) / tiles, panel);
    }

    private static int Sums(Isa isa, Accumulation accumulation, int panel, int chunkGroups) =>
        accumulation == Accumulation.Short
            ? isa.Registers - (isa == Isa.Avx512 ? 8 : 6) - (panel * chunkGroups)
            : isa == Isa.AdvSimd ? 8
            : Math.Min(isa.Registers >= 32 ? 16 : 12, isa.Registers - 4 - panel);
}

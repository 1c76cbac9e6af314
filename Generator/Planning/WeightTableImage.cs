using System;
using System.Linq;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// How the bits of levels lie for lookups: for each group of channels, phase of the stride and bit a plane of indices, a byte for each
/// pixel. Rows follow each other, so that any place of the window is a distance, and vectors of pixels run over the ends of rows.
/// </summary>
/// <param name="Tile">The strategy.</param>
/// <param name="RowPixels">Pixels from one row to the next.</param>
/// <param name="Rows">Output rows whose planes are made at once.</param>
internal sealed record WeightTableImage(WeightTableTile Tile, int RowPixels, int Rows)
{
    /// <summary>Planes that stay in the first-level cache beside a table's outputs.</summary>
    private const int MaxBytes = 12 * 1024;

    /// <summary>Whether rows of levels lie in memory as those of planes do.</summary>
    public bool IsFlat => Tile.Window is { StrideHeight: 1, StrideWidth: 1 };

    /// <summary>Strips of so many output rows, the last one perhaps of fewer.</summary>
    public int Strips => (Tile.Height + Rows - 1) / Rows;

    /// <summary>Rows and columns of the window that lie in an image of their own, where it is moved by more than one.</summary>
    public (int Rows, int Columns) Phases => (
        Math.Min(Tile.Window.StrideHeight, Tile.Window.KernelHeight), Math.Min(Tile.Window.StrideWidth, Tile.Window.KernelWidth));

    /// <summary>Bytes from a plane to the next one.</summary>
    public int PlanePitch
    {
        get
        {
            int read = (BlocksOf(Rows) * Tile.BlockPixels) + Distance(Tile.Window.KernelHeight - 1, Tile.Window.KernelWidth - 1);
            int written = IsFlat ? 0 : Distance(Tile.Window.KernelHeight - 1, 0) + (Rows * RowPixels) + Tile.Isa.Bytes;
            return Spread(Buffer.RoundUp(Math.Max(read, written), 64));
        }
    }

    /// <summary>Bytes from the planes of a phase to those of the next one.</summary>
    public int PhasePitch => Tile.Planes * PlanePitch;

    /// <summary>Bytes from the planes of a group of channels to those of the next one.</summary>
    public int GroupPitch => Phases.Rows * Phases.Columns * PhasePitch;

    public int PlaneBytes => Tile.Groups * GroupPitch;

    /// <summary>The 8-bit sums of four outputs.</summary>
    public int ChunkBytes => Tile.Chunks * WeightTableTile.Quad * Tile.IndexVectors * Tile.Isa.Bytes;

    public int SumsBytes => BlocksOf(Rows) * Tile.BlockPixels * Tile.PanelOutputs * sizeof(int);

    public int ScratchBytes => PlaneBytes + ChunkBytes + SumsBytes;

    /// <summary>Blocks of pixels of all strips.</summary>
    public int Blocks => ((Tile.Height / Rows) * BlocksOf(Rows)) + (Tile.Height % Rows > 0 ? BlocksOf(Tile.Height % Rows) : 0);

    /// <summary>Pixels that go through the epilogue.</summary>
    public int Pixels => Tile.Height * Tile.Width;

    /// <summary>Cycles of the planes of all strips. Vectors of 512 bits are put together from more parts, by one unit instead of two.</summary>
    public double PlaneCycles => (double)Strips * (Rows + Tile.Window.KernelHeight - 1) * RowPixels * Tile.Window.StrideHeight * Tile.Window.StrideWidth
        * Tile.Groups / Tile.Isa.Bytes * (10 + (4 * Tile.Planes)) * (Tile.Isa == Isa.Avx512 ? 2.5 : 1);

    /// <summary>Where a place of the window is, counted in pixels of a phase.</summary>
    public int Distance(int row, int column) => (row / Tile.Window.StrideHeight * RowPixels) + (column / Tile.Window.StrideWidth);

    /// <summary>Bytes from the first place of the window to another one.</summary>
    public int Place(int row, int column) =>
        (((row % Tile.Window.StrideHeight * Phases.Columns) + (column % Tile.Window.StrideWidth)) * PhasePitch) + Distance(row, column);

    /// <summary>Blocks of pixels that so many output rows take.</summary>
    public int BlocksOf(int rows) => (((rows - 1) * RowPixels) + Tile.Width + Tile.BlockPixels - 1) / Tile.BlockPixels;

    /// <summary>Chooses how many rows are done at once: of those whose planes stay in the cache what fills vectors best.</summary>
    public static WeightTableImage Choose(WeightTableTile tile, int inputRowBytes)
    {
        int rowPixels = tile.Window is { StrideHeight: 1, StrideWidth: 1 } && inputRowBytes > 0
            ? inputRowBytes / tile.PixelBytes
            : tile.Width + ((tile.Window.KernelWidth - 1) / tile.Window.StrideWidth);
        return Enumerable.Range(1, tile.Height)
            .Select(rows => new WeightTableImage(tile, rowPixels, rows))
            .Where(image => image.Rows == 1 || image.PlaneBytes <= MaxBytes)
            .OrderBy(image => image.Blocks).ThenBy(image => image.Strips).First();
    }

    /// <summary>Planes a power of two apart would meet in few sets of the first-level cache.</summary>
    private static int Spread(int pitch) => pitch % 512 == 0 ? pitch + 64 : pitch;
}

using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// The strategy "activation-tables" for one layer: four levels of a pixel choose a table, four weights of each of 64 outputs choose an
/// entry of it, the sum of their products.
/// </summary>
/// <param name="Rows">Output rows of a tile.</param>
/// <param name="Columns">Output columns of a tile.</param>
/// <param name="Vectors">Vectors of 64 outputs in a panel.</param>
/// <param name="TileRows">Tiles below each other.</param>
/// <param name="TileColumns">Tiles beside each other.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Window">The layer's window.</param>
/// <param name="Groups">Groups of four input channels.</param>
/// <param name="GroupsPerChunk">Groups whose products an 8-bit sum takes up.</param>
internal sealed record ActivationTableTile(
    int Rows, int Columns, int Vectors, int TileRows, int TileColumns, int Outputs, Window Window, int Groups, int GroupsPerChunk)
    : Strategy(Isa.Vbmi)
{
    /// <summary>Outputs of a vector: a byte each.</summary>
    public const int VectorOutputs = 64;

    /// <summary>Sums of a tile that stay in registers, beside the weights of the window.</summary>
    private const int MaxSums = 8;

    /// <summary>Weights of a group, in vectors, that stay in registers.</summary>
    private const int MaxWeights = 9;

    /// <summary>Addresses of tables that are made at a time: they stay in the second-level cache.</summary>
    private const int MaxAddressBytes = 128 * 1024;

    public override string Name => "activation-tables";

    public override string Describe() => $"{Name} {Rows}x{Columns}x{Vectors}";

    public int Taps => Window.KernelHeight * Window.KernelWidth;

    public int Chunks => (Groups + GroupsPerChunk - 1) / GroupsPerChunk;

    public int PanelOutputs => Vectors * VectorOutputs;

    public int PaddedOutputs => Buffer.RoundUp(Outputs, PanelOutputs);

    public int Panels => PaddedOutputs / PanelOutputs;

    /// <summary>Bytes of a chunk's weights: what its sums start from, then the entries.</summary>
    public int ChunkBytes => PanelOutputs * (1 + (GroupsPerChunk * Taps));

    public int PanelBytes => Chunks * ChunkBytes;

    /// <summary>Scale, bias, correction and perhaps a slope of each output.</summary>
    public int ParameterBytes(Epilogue epilogue) => epilogue.Parameters(hasZero: true) * sizeof(float) * PaddedOutputs;

    public int WeightBytes(Epilogue epilogue) => ParameterBytes(epilogue) + (Panels * PanelBytes);

    /// <summary>Input rows and columns that a tile reads.</summary>
    public (int Rows, int Columns) Region => Extent(Rows, Columns);

    /// <summary>Input rows and columns that all tiles together read, the last ones' overhang included.</summary>
    public (int Rows, int Columns) Reach => Extent(TileRows * Rows, TileColumns * Columns);

    /// <summary>Rows of tiles whose levels are made into addresses at once.</summary>
    public int StripTileRows(int inputRowBytes) =>
        Enumerable.Range(1, TileRows).LastOrDefault(rows => TileRows % rows == 0 && AddressBytes(rows, inputRowBytes) <= MaxAddressBytes) is var rows and > 0 ? rows : 1;

    /// <summary>Input bytes under so many rows of tiles.</summary>
    public int InputBytes(int tileRows, int inputRowBytes) =>
        ((Extent(tileRows * Rows, 1).Rows - 1) * inputRowBytes) + (Reach.Columns * Groups * 4);

    /// <summary>Addresses of 16 bits, one for four levels, and room for those that only weights of zero meet.</summary>
    public int AddressBytes(int tileRows, int inputRowBytes) => Buffer.RoundUp((InputBytes(tileRows, inputRowBytes) / 2) + (2 * 64), 64);

    /// <summary>The sums of a row of tiles, 32 bits each.</summary>
    public int SumsBytes => Rows * TileColumns * Columns * PanelOutputs * sizeof(int);

    /// <summary>The 8-bit sums of a tile.</summary>
    public int ChunkSumsBytes => Rows * Columns * Vectors * Chunks * VectorOutputs;

    /// <summary>Whether a tile's levels are stored 64 at a time, without a row of sums before.</summary>
    public bool FinishesTiles(Epilogue epilogue) =>
        epilogue.StoresLevels
        && (epilogue.Activation.IsLimit || epilogue.Activation.Kind == Activation.None)
        && epilogue.Stores.All(store => store.PixelElements % PanelOutputs == 0);

    public int ScratchBytes(Epilogue epilogue, int inputRowBytes) =>
        AddressBytes(StripTileRows(inputRowBytes), inputRowBytes) + ChunkSumsBytes + (FinishesTiles(epilogue) ? 0 : SumsBytes);

    /// <summary>Cycles of a tile, epilogue and addresses not counted: lookups and their additions, tables and their negation, weights, 8-bit sums.</summary>
    public double TileCycles
    {
        get
        {
            int sums = Rows * Columns * Vectors;
            double group = (1.1 * sums * Taps) + (0.6 * Region.Rows * Region.Columns) + (0.5 * Vectors * Taps);
            return (Chunks * ((GroupsPerChunk * group) + (4.0 * sums))) + (8 * sums);
        }
    }

    /// <summary>Chooses the tile that wastes least.</summary>
    public static ActivationTableTile Choose(Layer layer, Tensor input, Tensor output)
    {
        Window window = layer.Window;
        int taps = window.KernelHeight * window.KernelWidth, groups = (input.Channels + 3) / 4;
        int chunks = ActivationTableRule.Chunks(taps, input.Channels, input.Code!.Product.MaxLevel), perChunk = (groups + chunks - 1) / chunks;
        int vectors = (output.Channels + VectorOutputs - 1) / VectorOutputs;
        IEnumerable<ActivationTableTile> tiles =
            from panel in new[] { 1, 2, 4, 8 }
            where panel * taps <= MaxWeights && (panel == 1 || vectors % panel == 0)
            from rows in Enumerable.Range(1, MaxSums / panel)
            from columns in Enumerable.Range(1, MaxSums / panel / rows)
            select new ActivationTableTile(
                rows, columns, panel, (output.Height + rows - 1) / rows, (output.Width + columns - 1) / columns, output.Channels, window, groups, perChunk);
        return tiles.OrderBy(tile => tile.TileCycles * tile.TileRows * tile.TileColumns * tile.Panels).First();
    }

    private (int Rows, int Columns) Extent(int rows, int columns) =>
        (((rows - 1) * Window.StrideHeight) + Window.KernelHeight, ((columns - 1) * Window.StrideWidth) + Window.KernelWidth);
}

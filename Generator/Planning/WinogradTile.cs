using System;
using System.Linq;
using BitKernelGen.Packing;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// The strategies "winograd-2x2" and "winograd-4x4" for one layer on one instruction set: a group of tiles is transformed, multiplied
/// by the weights of each panel of outputs, transformed back and finished.
/// </summary>
/// <param name="Isa">The instruction set.</param>
/// <param name="Size">Output rows and columns of a tile.</param>
/// <param name="Rows">Rows of tiles.</param>
/// <param name="Columns">Columns of tiles.</param>
/// <param name="Channels">Input channels, rounded up to a whole group of four.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Tiles">Tiles of a group: as many as the products' sums in registers allow.</param>
/// <param name="Vectors">Vectors of outputs in a panel.</param>
/// <param name="PackedBits">Bits of a weight that is transformed panel by panel in every call; 0 where transformed weights are resident.</param>
/// <param name="Parts">2 where weights have too many bits and are multiplied in halves, else 1.</param>
/// <param name="WidensLast">Whether sums stay in 16 bits until they are those of pixels.</param>
internal sealed record WinogradTile(
    Isa Isa, int Size, int Rows, int Columns, int Channels, int Outputs, int Tiles, int Vectors, int PackedBits, int Parts, bool WidensLast) : Strategy(Isa)
{
    private const int Group = 4;

    public override string Name => $"winograd-{Size}x{Size}";

    public override string Describe() => $"{Name} {Tiles}x{Vectors}" + (IsPacked ? " packed" : "") + (IsHalved ? " halves" : "") + (WidensLast ? " widened last" : "");

    /// <summary>Whether weights stay packed, and each panel's are transformed before it goes over all tiles.</summary>
    public bool IsPacked => PackedBits > 0;

    /// <summary>Whether weights are multiplied in halves, of which the second one's products are added to the first one's.</summary>
    public bool IsHalved => Parts > 1;

    public WinogradTransform Transform => WinogradTransform.Of(Size);

    public int Positions => Transform.Positions.Count;

    public int Groups => Channels / Group;

    public int AllTiles => Rows * Columns;

    public int PanelOutputs => Vectors * Isa.Lanes;

    public int PaddedOutputs => Buffer.RoundUp(Outputs, PanelOutputs);

    /// <summary>Bytes of a vector of levels in the input transform: no wider than the channels need.</summary>
    public int DataVectorBytes => Channels <= 16 ? 16 : Channels <= 32 ? 32 : Isa.Bytes;

    /// <summary>Bytes of a tile's transformed levels at one position.</summary>
    public int TileBytes => Buffer.RoundUp(Channels, DataVectorBytes);

    /// <summary>Bytes from one position's transformed levels to the next one's.</summary>
    public int DataPitch => Spread((IsPacked ? AllTiles : Tiles) * TileBytes, 64);

    /// <summary>32-bit sums from one position to the next.</summary>
    public int SumsPitch => Spread(Tiles * PanelOutputs, Isa.Lanes);

    public int DataBytes => (Positions * DataPitch) + 64;

    public int SumsBytes => Positions * SumsPitch * sizeof(int);

    /// <summary>Whether there are registers for two rows of a tile on their way to the output.</summary>
    public bool FinishesInRegisters => Isa.Registers >= 32;

    /// <summary>Bytes of a panel's weights at one place of the window.</summary>
    public int TapBytes => Channels * PanelOutputs;

    /// <summary>Bytes from one position's transformed weights to the next one's, where they are made in the scratch.</summary>
    public int WeightPitch => Spread(TapBytes, 64);

    /// <summary>A panel's weights, nine for each channel and output, as they are packed.</summary>
    public int PanelWeights => WinogradTransform.Taps * WinogradTransform.Taps * TapBytes;

    public int ExpandedBytes => IsPacked ? Parts * Positions * WeightPitch : 0;

    /// <summary>Bytes of a panel's unpacked weights, or of one half of them.</summary>
    public int HalfBytes => Buffer.RoundUp(PanelWeights, BitPacking.Block) + 64;

    public int UnpackedBytes => IsPacked ? Parts * HalfBytes : 0;

    public int ScratchBytes => DataBytes + SumsBytes + ExpandedBytes + UnpackedBytes;

    public int ParameterBytes => PaddedOutputs * (2 + (Size * Size)) * sizeof(int);

    public int PanelBytes => IsPacked ? BitPacking.Bytes(PanelWeights, PackedBits) : Parts * Positions * TapBytes;

    public int WeightBytes => ParameterBytes + (PaddedOutputs / PanelOutputs * PanelBytes);

    /// <summary>Rows and columns of the input that all tiles together read, the last ones' overhang included.</summary>
    public (int Rows, int Columns) Reach => ((Rows * Size) + 2, (Columns * Size) + 2);

    /// <summary>
    /// Chooses the register tile. Tiles share the weights that were loaded, vectors the levels; together they are at most eight
    /// sums, so that the sums of all positions stay in the first-level cache, and twice as many where there are few positions or
    /// the weights come from the second-level cache.
    /// </summary>
    public static WinogradTile Choose(Isa isa, int size, int height, int width, int pixelBytes, int outputs, WeightSpec weight, Tensor input)
    {
        const int HalfOfCache = 512 * 1024;
        int rows = (height + size - 1) / size, columns = (width + size - 1) / size, vectors = (outputs + isa.Lanes - 1) / isa.Lanes;
        int parts = WinogradRule.IsHalved(weight) ? 2 : 1, products = WinogradTransform.Of(size).Positions.Count * parts, all = rows * columns;
        bool isPacked = (long)products * pixelBytes * vectors * isa.Lanes > HalfOfCache;

        // A panel that is transformed stays in the second-level cache with the levels of all tiles.
        int panel = vectors % 2 == 0 && (!isPacked || products * pixelBytes * 2 * isa.Lanes <= HalfOfCache) ? 2 : 1;
        int most = isa.Registers >= 32 && (size == 2 || isPacked) ? 8 : 4;
        int groups = (all + most - 1) / most;
        int bits = !isPacked ? 0 : weight.Bits == 1 ? 2 : weight.Bits;
        bool widensLast = size == 2 && parts == 1 && isa.Registers >= 32 && !isPacked && !input.HasZero
            && WinogradTransform.F2.FitsUntilLast(pixelBytes / Group * Taps * weight.Largest, input.Code!.Product.MaxLevel);
        return new WinogradTile(isa, size, rows, columns, pixelBytes, outputs, (all + groups - 1) / groups, panel, bits, parts, widensLast);
    }

    /// <summary>Weights that a 16-bit sum takes up from a group of four channels: two at each place of the window.</summary>
    private const int Taps = 2 * WinogradTransform.Taps * WinogradTransform.Taps;

    /// <summary>Positions a power of two apart would meet in few sets of the first-level cache.</summary>
    private static int Spread(int pitch, int unit) => pitch % (8 * unit) == 0 ? pitch + unit : pitch;

    /// <summary>Chunks of 16-bit sums: as the profile has them from the weights, else in the worst case of the bits.</summary>
    public int Chunks(LayerSpec spec, int maxLevel) => WidensLast ? Positions :
        (Size == 2 ? spec.Bounds?.Winograd2 : spec.Bounds?.Winograd4) is int and > 0 and var proved
            ? proved
            : Transform.Positions.Sum(position =>
            {
                int lane = 2 * spec.Weight!.Largest * position.Weights.Sum(Math.Abs) * position.Span(maxLevel);
                int size = Math.Max(1, short.MaxValue / lane);
                return (Groups + size - 1) / size;
            });

    /// <summary>Whether a layer can be computed so.</summary>
    public static bool Applies(int size, Layer layer, Tensor input, Code code) =>
        WinogradRule.IsProved(layer.Spec) && WinogradRule.Applies(size, layer.Spec, layer.Window, code.MaxLevel, input.Id == 0, input.Channels);
}

using System;
using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// What a layer costs, in cycles of one core: the numbers by which the planner chooses. They were measured on a Zen 4 core (512-bit
/// instructions in two halves, one 8-bit multiply-add of full width and two additions a cycle) with levels and weights in the
/// second-level cache; what counts is their ratio, which other cores with AVX2 or AVX-512 share to within a tenth or two.
/// </summary>
internal static class CostModel
{
    /// <summary>Scale, bias, activation, encoding and store of a vector of sums, by lanes.</summary>
    private static double Finish(Isa isa) => isa.Lanes == 16 ? 4.5 : isa == Isa.Avx2 ? 3.5 : isa.Lanes == 4 ? 3 : 8;

    /// <summary>Cycles of a step.</summary>
    public static long Cycles(Step step, Isa isa, Network network)
    {
        Tensor output = network.Tensors[(step.Fused ?? step.Layer).Output];
        double vectors = (double)output.Length / isa.Lanes;
        return (long)Math.Ceiling(step.Kernel switch
        {
            ProductKernel product => Cycles(product.Strategy(isa), step.Layer, network.Tensors[step.Layer.Output])
                + (vectors * Extra(product.Epilogue, isa)),
            DepthwiseKernel depthwise => vectors * ((3 * depthwise.KernelHeight * depthwise.KernelWidth) + Finish(isa)),
            AvgPoolKernel pool => vectors * ((3 * pool.Window.KernelHeight * pool.Window.KernelWidth) + Finish(isa)),
            MaxPoolKernel pool => vectors * pool.Window.KernelHeight * pool.Window.KernelWidth / 2,
            AddKernel => vectors * (Finish(isa) + 4),
            RecodeKernel recode => recode.Height * recode.Width * recode.Channels * 4,
            _ => vectors / 2,
        });
    }

    /// <summary>Cycles of all steps of a layer; 0 where another layer's step computes it.</summary>
    public static long Cycles(Plan plan, Layer layer, Isa isa) =>
        plan.Steps.Where(step => step.Layer == layer).Sum(step => Cycles(step, isa, plan.Network));

    /// <summary>A residual, and a second store.</summary>
    private static double Extra(Epilogue epilogue, Isa isa) =>
        (isa.Lanes == 16 ? 2.5 : 2) * ((epilogue.Residual is null ? 0 : 1) + epilogue.Stores.Count - 1);

    /// <summary>Cycles of a layer's products and epilogue.</summary>
    /// <param name="strategy">How they are computed.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="output">What it writes.</param>
    public static double Cycles(Strategy strategy, Layer layer, Tensor output) => strategy switch
    {
        ProductTile tile => Products(tile, layer, output),
        WinogradTile tile => Winograd(tile),
        ActivationTableTile tile => ActivationTables(tile),
        WeightTableTile tile => WeightTables(tile),
        _ => throw new NotSupportedException(strategy.GetType().Name),
    };

    /// <summary>Multiply-accumulates a cycle, a panel's idle outputs counted as work.</summary>
    private static double Products(ProductTile tile, Layer layer, Tensor output)
    {
        double rate = (tile.Isa.Name, tile.Accumulation) switch
        {
            ("Avx512", Accumulation.Deep) => 56,
            ("Avx512", Accumulation.Short) => 44,
            ("Avx512", _) => 26,
            ("Avx2", Accumulation.Deep) => 47,
            ("Avx2", Accumulation.Short) => 38,
            ("Avx2", _) => 24,
            ("Sse", Accumulation.Deep) => 24,
            ("Sse", Accumulation.Short) => 19,
            ("Sse", _) => 12,

            // Not measured: three quarters of what the instructions of a core with two 128-bit units allow.
            ("Dot", _) => 24,
            ("AdvSimd", _) => 8,
            ("PackedSimd", _) => 3,
            ("Vector128", _) => 3,
            _ => 1,
        };

        // A tile of one pixel or two waits for its weights.
        int vectors = Buffer.RoundUp(output.Channels, tile.PanelOutputs) / tile.LaneOutputs;
        double outputs = (double)output.Height * output.Width * vectors * tile.LaneOutputs;
        double reuse = tile.Pixels >= 4 || tile.Accumulation == Accumulation.Portable ? 1 : tile.Pixels >= 2 ? 0.8 : 0.55;
        double products = outputs * layer.Window.KernelHeight * tile.GroupsPerRow * tile.Group;
        double weights = (double)vectors * tile.LaneOutputs * layer.Window.KernelHeight * tile.GroupsPerRow * tile.Group;
        return (products / (rate * reuse)) + (outputs / tile.LaneOutputs * (tile.LaneOutputs / tile.Isa.Lanes) * Finish(tile.Isa))
            + Unpack(weights, layer.Spec.Weight!.Bits);
    }

    /// <summary>Packed weights on their way to the kernel: from memory where they are many, and out of their bits.</summary>
    private static double Unpack(double weights, int bits)
    {
        double bytes = weights * bits / 8;
        return (bytes > 256 * 1024 ? bytes / 6 : 0) + (bits < 8 ? weights / 20 : 0);
    }

    private static double ActivationTables(ActivationTableTile tile)
    {
        (int rows, int columns) = tile.Reach;
        double addresses = (double)rows * columns * tile.Groups / 4;
        double finish = (double)tile.TileRows * tile.Rows * tile.TileColumns * tile.Columns * tile.PaddedOutputs / tile.Isa.Lanes * Finish(tile.Isa);
        return addresses + (tile.TileCycles * tile.TileRows * tile.TileColumns * tile.Panels) + finish;
    }

    private static double WeightTables(WeightTableTile tile)
    {
        // A lookup and its addition, with its share of tables and indices. Those of AVX-512, and of 128-bit machines but x64, were not measured.
        double lookup = tile.Isa == Isa.PackedSimd ? 2.5 : tile.Isa == Isa.Avx512 || tile.Isa.MultipliesSignedBytes ? 1.5 : 0.75;
        double chunk = 1.75 * lookup, pixel = 0.9 * lookup;

        WeightTableImage image = tile.Image(0);
        double quad = (WeightTableTile.Quad * tile.IndexVectors * ((lookup * tile.Lookups) + (chunk * tile.Chunks))) + (pixel * tile.BlockPixels * tile.Passes);
        double finish = (double)image.Pixels * tile.PaddedOutputs / tile.Isa.Lanes * Finish(tile.Isa);
        double streaming = tile.TableBytes > 256 * 1024 ? tile.TableBytes * image.Strips / 6.0 : 0;
        return image.PlaneCycles + (quad * image.Blocks * tile.PaddedOutputs / WeightTableTile.Quad) + finish + streaming;
    }

    private static double Winograd(WinogradTile tile)
    {
        bool isWide = tile.Isa == Isa.Avx512;
        int groups = (tile.AllTiles + tile.Tiles - 1) / tile.Tiles, vectors = tile.PaddedOutputs / tile.Isa.Lanes;

        // A vector of levels through the input transform: loads and stores bound it; 512 bits take two halves.
        double input = (tile.Size == 4 ? 48 : 16) * (tile.DataVectorBytes == 64 ? 1.8 : 1) * (tile.TileBytes / tile.DataVectorBytes) * tile.AllTiles;

        // A product and its addition, a little more for loads; widening and storing each sum.
        double tileVectors = (double)groups * tile.Tiles * vectors;
        double widen = tile.WidensLast ? 0.3 : isWide ? 1.2 : 1;
        double products = tileVectors * tile.Positions * ((tile.Parts * ((tile.Groups * (isWide ? 1.14 : 0.6)) + widen)) + (tile.IsHalved ? 0.6 : 0));

        // Weights that go through the first-level cache again for each group of tiles, and those of a large layer come from beyond the
        // second-level cache once; packed ones are unpacked and transformed once.
        int panels = tile.PaddedOutputs / tile.PanelOutputs;
        double bytes = (double)panels * tile.Parts * tile.Positions * tile.TapBytes;
        double streaming = tile.IsPacked
            ? (bytes / tile.Isa.Bytes * 3) + (bytes * groups / 128) + Unpack((double)panels * tile.PanelWeights, tile.PackedBits)
            : (bytes > 24 * 1024 ? bytes * groups / 256 : 0) + (bytes > 256 * 1024 ? bytes / 32 : 0);

        double columns = (tile.Size == 4 ? 60 : 14) * (isWide ? 1 : 0.6);
        double finish = tile.Size * tile.Size * (Finish(tile.Isa) + (isWide ? 0 : 1));
        return input + products + streaming + ((double)tile.AllTiles * vectors * (columns + finish));
    }
}

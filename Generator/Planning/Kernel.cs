using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// What a kernel's code depends on, and nothing else: two layers with equal kernels share one. Steps, reciprocals, offsets and
/// weights are arguments.
/// </summary>
internal abstract record Kernel
{
    /// <summary>The start of the kernel's name: operation and shape; <c>docs/kernels.md</c> has the grammar.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes of scratch it needs on an instruction set.</summary>
    public virtual int ScratchBytes(Isa isa) => 0;

    /// <summary>Bytes of packed weights and parameters on an instruction set, those that depend on the weights themselves left out.</summary>
    public virtual int WeightBytes(Isa isa) => 0;
}

/// <summary>Conv and dense: sums of products, then the epilogue.</summary>
internal sealed record ProductKernel : Kernel
{
    public required bool IsDense { get; init; }
    public required int KernelHeight { get; init; }
    public required int KernelWidth { get; init; }
    public required int StrideHeight { get; init; }
    public required int StrideWidth { get; init; }
    public required int InputChannels { get; init; }
    public required int InputPixelBytes { get; init; }
    public required int InputRowBytes { get; init; }
    public required int OutputHeight { get; init; }
    public required int OutputWidth { get; init; }
    public required int OutputChannels { get; init; }
    public required int WeightBits { get; init; }
    public required int MaxLevel { get; init; }
    public required bool HasZero { get; init; }
    public required Epilogue Epilogue { get; init; }
    public required EquatableArray<Strategy> Strategies { get; init; }

    /// <summary>The strategy of an instruction set: what looks products up has one of its own, beside that of AVX-512.</summary>
    public Strategy Strategy(Isa isa) =>
        Strategies.FirstOrDefault(strategy => strategy.Isa == isa) ?? Strategies.First(strategy => isa.Runs(strategy.Isa));

    /// <summary>The instruction sets with code of their own.</summary>
    public Isa[] InstructionSets => Strategy(Isa.Vbmi).Isa == Isa.Vbmi ? [Isa.Vbmi, .. Isa.All] : Isa.All;

    /// <summary>±1 has no zero to fill up rows with, so such layers keep two bits.</summary>
    public int ResidentBits(ProductTile tile) =>
        WeightBits == 1 && (InputPixelBytes != InputChannels || KernelWidth * InputPixelBytes % tile.Group != 0) ? 2 : WeightBits;

    public int PanelWeights(ProductTile tile) => KernelHeight * tile.GroupsPerRow * tile.PanelOutputs * tile.Group;

    public int PanelBytes(ProductTile tile) => BitPacking.Bytes(PanelWeights(tile), ResidentBits(tile));

    public int Panels(ProductTile tile) => (OutputChannels + tile.PanelOutputs - 1) / tile.PanelOutputs;

    public int PaddedOutputs(ProductTile tile) => Panels(tile) * tile.PanelOutputs;

    /// <summary>What every level is taken less, so that it fits a signed byte.</summary>
    public int LevelOffset(ProductTile tile) => tile.Accumulation == Accumulation.Dot && MaxLevel > sbyte.MaxValue ? 128 : 0;

    /// <summary>Whether sums need corrections: for the zero offset, and for what levels are taken less.</summary>
    public bool HasCorrection(ProductTile tile) => HasZero || LevelOffset(tile) > 0;

    public int ParameterBytes(ProductTile tile) => Epilogue.Parameters(HasCorrection(tile)) * sizeof(float) * PaddedOutputs(tile);

    public int WeightBytes(ProductTile tile) => ParameterBytes(tile) + (Panels(tile) * PanelBytes(tile));

    /// <summary>
    /// Whether a tile's sums go through the epilogue in registers: where the stores take whole panels, where sums and the
    /// epilogue's constants fit 32 registers, and where the activation is short enough to stand behind every sum of a tile.
    /// Elsewhere a row of sums lies in memory first.
    /// </summary>
    public bool FinishesInTile(ProductTile tile) =>
        tile.Isa == Isa.Avx512
        && Epilogue.Activation.Kind is (Activation.None or Activation.Relu or Activation.Relu6 or Activation.Clip)
        && Epilogue.Stores.All(store => store.PixelElements % tile.PanelOutputs == 0);

    /// <summary>Whether a tile packs vectors of levels four at a time before it stores them.</summary>
    public bool PacksLevels(ProductTile tile) => FinishesInTile(tile) && Epilogue.StoresLevels;

    /// <summary>Scratch: the sums of a row or of a tile with several chunks, then the unpacked panel, then the widened rows.</summary>
    public int SumsBytes(ProductTile tile)
    {
        int pixels = !FinishesInTile(tile) ? OutputWidth : tile.Chunks(KernelHeight) > 1 ? tile.Pixels : 0;
        return Buffer.RoundUp(pixels * tile.PanelOutputs * sizeof(int), 64);
    }

    public int UnpackedBytes(ProductTile tile) => ResidentBits(tile) == 8 || tile.IsPacked ? 0 : Buffer.RoundUp(PanelWeights(tile), BitPacking.Block) + 64;

    /// <summary>
    /// Whether tiles can take weights out of their bits: a loop's body then covers whole periods of the packing. Of 16 registers there are
    /// enough only where a weight's bits lie together.
    /// </summary>
    public bool CanBePacked(ProductTile tile) =>
        tile.Isa.Bytes >= 32 && tile.Accumulation == Accumulation.Deep && ResidentBits(tile) < 8
        && (tile.Isa.Registers >= 32 || ResidentBits(tile) is 1 or 2 or 4)
        && Unroll(tile with { IsPacked = true }, tile.Pixels, tile.ChunkGroups) > 0;

    /// <summary>
    /// Groups of one loop body: a divisor of all, near four, of which no two read the same activations for different pixels. The JIT
    /// would keep such vectors for later, and spill the sums for them.
    /// </summary>
    /// <returns>0 where weights are packed and no body ends where a period of the packing does.</returns>
    public int Unroll(ProductTile tile, int pixels, int groups)
    {
        int weights = tile.PanelOutputs * tile.Group, period = tile.IsPacked ? BitPacking.Period(ResidentBits(tile)) : 1;
        return new[] { 4, 3, 6, 5, 2, 8, 1 }.FirstOrDefault(size => groups % size == 0 && size * weights % period == 0 && (size < 8 || period > 1) && !Overlap(size));

        bool Overlap(int unroll)
        {
            IEnumerable<int> offsets = Enumerable.Range(0, pixels)
                .SelectMany(p => Enumerable.Range(0, unroll).Select(g => (p * StrideWidth * InputPixelBytes) + (g * tile.Group)));
            return offsets.Distinct().Count() < pixels * unroll;
        }
    }

    /// <summary>Bytes that widened rows may take, if they are more than one.</summary>
    public int MostWidened { get; init; } = 256 * 1024;

    /// <summary>Output rows whose input is widened at once: as many as keep within <see cref="MostWidened"/>.</summary>
    public int WideRows(ProductTile tile)
    {
        if (tile.Accumulation != Accumulation.Wide)
            return 0;
        int rows = OutputHeight;
        while (rows > 1 && WidenedBytes(rows) > MostWidened)
            rows = (rows + 1) / 2;
        return rows;
    }

    /// <summary>Input bytes from the first that the windows of so many output rows see to the last, whose group's overhang is included.</summary>
    public int RowsBytes(int outputRows) =>
        ((((outputRows - 1) * StrideHeight) + KernelHeight - 1) * InputRowBytes) + ((((OutputWidth - 1) * StrideWidth) + KernelWidth) * InputPixelBytes) + 4;

    public int WidenedBytes(int outputRows) => Buffer.RoundUp((RowsBytes(outputRows) * sizeof(short)) + 64, 64);

    public override int WeightBytes(Isa isa) => Strategy(isa) switch
    {
        WinogradTile winograd => winograd.WeightBytes,
        ActivationTableTile tables => tables.WeightBytes(Epilogue),
        WeightTableTile tables => tables.WeightBytes(Epilogue),
        var tile => WeightBytes((ProductTile)tile),
    };

    public override int ScratchBytes(Isa isa)
    {
        if (Strategy(isa) is WinogradTile winograd)
            return winograd.ScratchBytes;
        if (Strategy(isa) is ActivationTableTile tables)
            return tables.ScratchBytes(Epilogue, InputRowBytes);
        if (Strategy(isa) is WeightTableTile weightTables)
            return weightTables.Image(InputRowBytes).ScratchBytes;
        var tile = (ProductTile)Strategy(isa);
        return SumsBytes(tile) + UnpackedBytes(tile) + (WideRows(tile) is var rows and > 0 ? WidenedBytes(rows) : 0);
    }

    public override string Name => IsDense
        ? $"Dense_{KernelHeight * KernelWidth * InputChannels}_{OutputChannels}_W{WeightBits}A{Bits.Of(MaxLevel)}"
        : $"Conv{KernelHeight}x{KernelWidth}S{StrideHeight}_{OutputHeight}x{OutputWidth}_{InputChannels}_{OutputChannels}_W{WeightBits}A{Bits.Of(MaxLevel)}";
}

/// <summary>Depthwise convolution, then the epilogue.</summary>
internal sealed record DepthwiseKernel : Kernel
{
    public required int KernelHeight { get; init; }
    public required int KernelWidth { get; init; }
    public required int StrideHeight { get; init; }
    public required int StrideWidth { get; init; }
    public required int InputPixelBytes { get; init; }
    public required int InputRowBytes { get; init; }
    public required int OutputHeight { get; init; }
    public required int OutputWidth { get; init; }
    public required int Channels { get; init; }
    public required int WeightBits { get; init; }
    public required bool HasZero { get; init; }
    public required Epilogue Epilogue { get; init; }

    /// <summary>Rows and columns from one element of the window to the next.</summary>
    public int DilationHeight { get; init; } = 1;
    public int DilationWidth { get; init; } = 1;

    /// <summary>Channels of a panel on every instruction set.</summary>
    public const int PanelChannels = 16;

    public int PaddedOutputs => Buffer.RoundUp(Channels, PanelChannels);

    public int RunWeights => KernelHeight * KernelWidth * PaddedOutputs;

    public int ParameterBytes => Epilogue.Parameters(HasZero) * sizeof(float) * PaddedOutputs;

    public override int WeightBytes(Isa isa) => ParameterBytes + BitPacking.Bytes(RunWeights, WeightBits);

    public int SumsBytes => Buffer.RoundUp(OutputWidth * PanelChannels * sizeof(int), 64);

    public override int ScratchBytes(Isa isa) =>
        SumsBytes + (WeightBits == 8 ? 0 : Buffer.RoundUp(RunWeights, BitPacking.Block) + 64);

    public override string Name => $"Depthwise{KernelHeight}x{KernelWidth}S{StrideHeight}{(DilationHeight > 1 ? $"D{DilationHeight}" : "")}_{OutputHeight}x{OutputWidth}_{Channels}_W{WeightBits}";
}

/// <summary>The sum or product of two tensors, then the epilogue, whose residual is the second one.</summary>
internal sealed record AddKernel(int Height, int Width, int Channels, Operand First, Epilogue Epilogue) : Kernel
{
    public override string Name => $"{(Epilogue.IsProduct ? "Mul" : "Add")}_{Height}x{Width}_{Channels}";
}

/// <summary>Exponentials of a pixel's channels over their sum.</summary>
internal sealed record SoftmaxKernel(int Height, int Width, int Channels, Operand Input, int OutputPixelBytes, int OutputRowBytes) : Kernel
{
    public override string Name => $"Softmax_{Height}x{Width}_{Channels}";
}

/// <summary>Maximum over a window that is clipped to the input.</summary>
internal sealed record MaxPoolKernel(
    Window Window, int InputHeight, int InputWidth, int InputPixelBytes, int InputRowBytes,
    int OutputHeight, int OutputWidth, int OutputPixelBytes, int OutputRowBytes) : Kernel
{
    public override string Name => $"MaxPool{Window.KernelHeight}x{Window.KernelWidth}S{Window.StrideHeight}_{OutputHeight}x{OutputWidth}_{OutputPixelBytes}";
}

/// <summary>Average over a window that is clipped to the input, then the epilogue.</summary>
internal sealed record AvgPoolKernel(
    Window Window, int InputHeight, int InputWidth, int Channels, int InputPixelBytes, int InputRowBytes, int Zero,
    int OutputHeight, int OutputWidth, Epilogue Epilogue) : Kernel
{
    /// <summary>Whether padding counts.</summary>
    public bool CountsPadding { get; init; }

    public override string Name => $"AvgPool{Window.KernelHeight}x{Window.KernelWidth}S{Window.StrideHeight}_{OutputHeight}x{OutputWidth}_{Channels}";
}

/// <summary>Copies pixels, filling bytes before and after each: flatten, subsample and pad-channels.</summary>
internal sealed record CopyKernel(
    int StrideHeight, int StrideWidth, int Height, int Width, int CopiedBytes, int BytesBefore, int BytesAfter, byte Fill,
    int InputPixelBytes, int InputRowBytes, int OutputPixelBytes, int OutputRowBytes) : Kernel
{
    public override string Name => $"Copy_{Height}x{Width}_{CopiedBytes}";
}

/// <summary>Levels to the bit-planes of their codes.</summary>
internal sealed record PlanesKernel(int Height, int InputBytes, int InputRowBytes, int PlaneRowBytes, int PlaneBytes, int Planes) : Kernel
{
    public override string Name => $"Planes_{Height}x{InputBytes}_{Planes}";
}

/// <summary>Writes one operand of a concat into its channels, recoded.</summary>
internal sealed record RecodeKernel(int Height, int Width, int Channels, Operand Input, Store Store, bool IsEqual) : Kernel
{
    public override string Name => $"{(IsEqual ? "Place" : "Recode")}_{Height}x{Width}_{Channels}";
}

/// <summary>What the generator knows of packed weights; the runtime's PanelUnpacker is the other half.</summary>
internal static class BitPacking
{
    public const int Block = 512;

    /// <summary>Weights until the packing repeats itself: those that share bytes.</summary>
    public static int Period(int bits) => bits switch { 4 => 128, 2 => 256, _ => Block };

    public static int Bytes(int weights, int bits) => bits == 8 ? weights : Buffer.RoundUp(weights, Block) / 8 * bits;
}

/// <summary>How many bits a level takes.</summary>
internal static class Bits
{
    public static int Of(int maxLevel)
    {
        int bits = 0;
        for (; maxLevel > 0; maxLevel >>= 1)
            bits++;
        return bits;
    }
}

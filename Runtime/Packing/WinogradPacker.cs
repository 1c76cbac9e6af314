namespace BitKernelGen.Packing;

/// <summary>
/// Puts a 3x3 convolution's weights into the form that Winograd kernels read: scales and biases (float32) for the outputs rounded up
/// to whole panels; what is added to a tile's sums (int32, vector by vector, pixel by pixel); the transformed weights, panel by
/// panel and step by step; the steps.
/// </summary>
internal static unsafe class WinogradPacker
{
    /// <summary>Packs a layer.</summary>
    /// <exception cref="WeightsException">The weights need more chunks than the layout has room for, or a scale is too small.</exception>
    public static byte* Pack(PackedWeights memory, QuantizedLayer layer, in LayerShape shape, WinogradLayout layout, PackingRoom room)
    {
        var transform = WinogradTransform.Of(layout.Tile);
        var weights = WinogradWeights.Of(transform, layer.Weights, shape.Outputs, shape.Channels, room);
        int groups = (shape.Channels + AccumulationBounds.Group - 1) / AccumulationBounds.Group;
        int[][] chunks = layout.WidensLast ? [.. transform.Positions.Select(_ => new[] { groups })] : weights.Chunks(shape.MaxLevel);
        if (layout.WidensLast)
            RequireFit(layer, shape, transform);
        int count = chunks.Sum(sizes => sizes.Length);
        if (count > layout.Chunks)
        {
            throw new WeightsException(
                $"Layer '{shape.Name}': its kernel adds the products of F({layout.Tile}x{layout.Tile}) in {layout.Chunks} chunks of 16 bits, but these " +
                $"weights need {count}. The profile's 'bounds' belong to other weights.");
        }

        int panel = layout.Vectors * layout.Lanes, padded = (shape.Outputs + panel - 1) / panel * panel;
        int parameterBytes = padded * (2 + transform.Scale) * sizeof(int);
        var packed = new PanelLayout(layout.Lanes, AccumulationBounds.Group, layout.Vectors, layout.PackedBits, 0);
        int weightBytes = layout.PackedBits > 0
            ? LayerPacker.PanelBytes(shape, packed) * (padded / panel)
            : transform.Positions.Count * groups * AccumulationBounds.Group * padded;
        byte* block = memory.Add(parameterBytes + weightBytes + ((1 + layout.Chunks) * WinogradStep.Bytes));
        LayerPacker.WriteScales(layer, shape, 0, (float*)block, (float*)block + padded, 1f / transform.Scale);
        if (layout.WidensLast)
            WritePairCorrections(layer, shape, transform, layout.Lanes, (short*)((int*)block + (2 * padded)));
        else
            WriteCorrections(layer, shape, transform, layout.Lanes, (int*)block + (2 * padded));
        var steps = (WinogradStep*)(block + parameterBytes + weightBytes);
        int[] order = [.. Enumerable.Range(0, chunks.Length).OrderBy(position => chunks[position].Length > 1)];
        WriteSteps(transform, chunks, order, layout, steps);
        if (layout.PackedBits > 0)
            LayerPacker.WritePanels(block + parameterBytes, layer.Weights, shape, packed, room);
        else
            WriteWeights(weights, order, groups, layout, padded, (sbyte*)block + parameterBytes);
        if (layout.WidensLast)
            ApplyFactors(transform, order, (sbyte*)block + parameterBytes, weightBytes, groups * panel * AccumulationBounds.Group);
        return block;
    }

    /// <summary>Proves that no pixel's sum over either pair of each group of four channels, of weights of one sign, goes beyond 16 bits.</summary>
    private static void RequireFit(QuantizedLayer layer, in LayerShape shape, WinogradTransform transform)
    {
        for (int output = 0; output < shape.Outputs; output++)
        {
            for (int pair = 0; pair < 2; pair++)
            {
                int plus = 0, minus = 0;
                for (int i = 0; i < layer.Inputs; i++)
                {
                    if ((i % shape.Channels / 2 % 2) != pair)
                        continue;
                    int weight = layer.Weights[(output * layer.Inputs) + i];
                    plus += Math.Max(weight, 0);
                    minus += Math.Max(-weight, 0);
                }

                if (!transform.FitsUntilLast(Math.Max(plus, minus), shape.MaxLevel))
                {
                    throw new WeightsException(
                        $"Layer '{shape.Name}': its kernel keeps a pixel's sums in 16 bits, but those of output {output} need more. The weights have more bits than the profile says.");
                }
            }
        }
    }

    /// <summary>What <see cref="WriteCorrections"/> writes, for the two pairs of each group of four channels apart: 16 bits, as the sums are.</summary>
    private static void WritePairCorrections(QuantizedLayer layer, in LayerShape shape, WinogradTransform transform, int lanes, short* corrections)
    {
        int[][] offsets = OffsetsByTap(transform, shape.MaxLevel);
        int pixels = transform.Scale;
        for (int output = 0; output < shape.Outputs; output++)
        {
            for (int i = 0; i < layer.Inputs; i++)
            {
                int tap = i / shape.Channels, pair = i % shape.Channels / 2 % 2, weight = layer.Weights[(output * layer.Inputs) + i];
                for (int pixel = 0; pixel < pixels; pixel++)
                {
                    short* correction = corrections + (2 * ((((output / lanes * pixels) + pixel) * lanes) + (output % lanes))) + pair;
                    *correction = unchecked((short)(*correction + (offsets[tap][pixel] * weight)));
                }
            }
        }
    }

    /// <summary>
    /// The products were made with levels that an offset keeps from being negative, and with levels from which the zero was not
    /// subtracted: both are constant for an output and a pixel of the tile.
    /// </summary>
    private static void WriteCorrections(QuantizedLayer layer, in LayerShape shape, WinogradTransform transform, int lanes, int* corrections)
    {
        int[][] offsets = OffsetsByTap(transform, shape.MaxLevel);
        int taps = offsets.Length, pixels = transform.Scale;
        Span<int> sums = stackalloc int[taps];
        for (int output = 0; output < shape.Outputs; output++)
        {
            for (int tap = 0; tap < taps; tap++)
                sums[tap] = (int)LayerPacker.Sum(layer.Weights.Slice((output * layer.Inputs) + (tap * shape.Channels), shape.Channels));
            long zero = shape.HasCorrection ? transform.Scale * LayerPacker.ZeroProduct(layer, shape, output) : 0;
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                // Modulo 2³², as the sums themselves are until everything is added.
                int correction = unchecked((int)-zero);
                for (int tap = 0; tap < taps; tap++)
                    correction = unchecked(correction + (offsets[tap][pixel] * sums[tap]));
                corrections[(((output / lanes * pixels) + pixel) * lanes) + (output % lanes)] = correction;
            }
        }
    }

    /// <summary>What a weight of each tap adds to each pixel's sum where all transformed levels are their negated offset.</summary>
    private static int[][] OffsetsByTap(WinogradTransform transform, int maxLevel) =>
    [
        .. Enumerable.Range(0, WinogradTransform.Taps * WinogradTransform.Taps).Select(tap => transform
            .Output([.. transform.Positions.Select(position => -(long)position.Offset(maxLevel) * position.Weights[tap])])
            .Select(sum => (int)sum).ToArray()),
    ];

    /// <summary>Positions of one chunk come first: they are all alike, so that one unrolled loop does them.</summary>
    private static void WriteSteps(WinogradTransform transform, int[][] chunks, int[] order, WinogradLayout layout, WinogradStep* head)
    {
        int count = 0, whole = 0, groupBytes = layout.Vectors * layout.Lanes * AccumulationBounds.Group, written = 0;
        foreach (int position in order)
        {
            int first = 0, factor = transform.Positions[position].Factor;
            foreach (int size in chunks[position])
            {
                head[1 + count++] = new WinogradStep
                {
                    Data = (position * layout.DataPitch) + (first * AccumulationBounds.Group),
                    Weights = layout.PackedBits > 0 ? (position * layout.WeightPitch) + (first * groupBytes) : written,
                    Sums = position * layout.SumsPitch,
                    Groups = size,
                    Factor = factor | (factor << 16),
                    Continues = first == 0 ? 0 : 1,
                };
                first += size;
                written += size * groupBytes;
            }

            whole += chunks[position].Length == 1 ? 1 : 0;
        }

        *head = new WinogradStep { Groups = whole, Sums = count - whole };
    }

    /// <summary>Multiplies transformed weights by what the products of their position are multiplied by; they still fit 8 bits.</summary>
    private static void ApplyFactors(WinogradTransform transform, int[] order, sbyte* weights, int count, int positionBytes)
    {
        for (int i = 0; i < count; i++)
            weights[i] = checked((sbyte)(weights[i] * transform.Positions[order[i / positionBytes % order.Length]].Factor));
    }

    private static void WriteWeights(
        WinogradWeights weights, IEnumerable<int> positions, int groups, WinogradLayout layout, int padded, sbyte* target)
    {
        int panel = layout.Vectors * layout.Lanes, blocks = panel / WinogradWeights.BlockOutputs;
        for (int first = 0; first < padded / WinogradWeights.BlockOutputs; first += blocks)
        {
            // The chunks of a position follow each other.
            foreach (int position in positions)
            {
                for (int block = 0; block < blocks && first + block < weights.Blocks; block++)
                {
                    sbyte* outputs = target + (block * WinogradWeights.BlockOutputs * AccumulationBounds.Group);
                    weights.Write(position, first + block, outputs, panel * AccumulationBounds.Group);
                }

                target += groups * panel * AccumulationBounds.Group;
            }
        }
    }
}

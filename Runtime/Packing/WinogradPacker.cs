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
        WinogradWeights[] parts = WinogradWeights.PartsOf(transform, layer.Weights, shape.Outputs, shape.Channels, shape.Bits, room);
        int groups = (shape.Channels + AccumulationBounds.Group - 1) / AccumulationBounds.Group;
        if (layout.WidensLast)
            RequireFit(layer, shape, transform);
        Piece[] pieces = Pieces(parts, shape, layout.WidensLast ? groups : 0);
        int count = pieces.Sum(piece => piece.Chunks.Length);
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
            : pieces.Length * groups * AccumulationBounds.Group * padded;
        byte* block = memory.Add(parameterBytes + weightBytes + ((1 + layout.Chunks) * WinogradStep.Bytes));
        LayerPacker.WriteScales(layer, shape, 0, (float*)block, (float*)block + padded, 1f / transform.Scale);
        if (layout.WidensLast)
            WritePairCorrections(layer, shape, transform, layout.Lanes, (short*)((int*)block + (2 * padded)));
        else
            WriteCorrections(layer, shape, transform, layout.Lanes, (int*)block + (2 * padded));
        var steps = (WinogradStep*)(block + parameterBytes + weightBytes);
        WriteSteps(transform, pieces, layout, steps);
        if (layout.PackedBits > 0)
            LayerPacker.WritePanels(block + parameterBytes, layer.Weights, shape, packed, room);
        else
            WriteWeights(pieces, groups, layout, padded, (sbyte*)block + parameterBytes);
        if (layout.WidensLast)
            ApplyFactors(transform, pieces, (sbyte*)block + parameterBytes, weightBytes, groups * panel * AccumulationBounds.Group);
        return block;
    }

    /// <summary>
    /// What is multiplied, and in which chunks of channels. Whole pieces come first: they are all alike, so that one unrolled loop
    /// does them.
    /// </summary>
    /// <param name="parts">The layer's weights, or their high halves and their low halves.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="whole">Groups of all channels where none are cut; else 0.</param>
    private static Piece[] Pieces(WinogradWeights[] parts, in LayerShape shape, int whole)
    {
        var pieces = new List<Piece>();
        for (int half = 0; half < parts.Length; half++)
        {
            WinogradTransform transform = parts[half].Transform;
            int[][] chunks = whole > 0
                ? [.. transform.Positions.Select(_ => new[] { whole })]
                : parts[half].Chunks(shape.MaxLevel) ?? throw new WeightsException(
                    $"Layer '{shape.Name}': two products of F({transform.Tile}x{transform.Tile}) alone go beyond 16 bits. The profile's 'bounds' belong to other weights.");
            for (int position = 0; position < chunks.Length; position++)
                pieces.Add(new Piece(parts[half], half, position, chunks[position]));
        }

        return [.. pieces.OrderBy(piece => piece.Chunks.Length > 1)];
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

    private static void WriteSteps(WinogradTransform transform, Piece[] pieces, WinogradLayout layout, WinogradStep* head)
    {
        var begun = new bool[transform.Positions.Count];
        int count = 0, whole = 0, groupBytes = layout.Vectors * layout.Lanes * AccumulationBounds.Group, written = 0;
        foreach ((WinogradWeights part, int half, int position, int[] chunks) in pieces)
        {
            int first = 0, factor = transform.Positions[position].Factor * part.Factor;
            foreach (int size in chunks)
            {
                head[1 + count++] = new WinogradStep
                {
                    Data = (position * layout.DataPitch) + (first * AccumulationBounds.Group),
                    Weights = layout.PackedBits > 0 ? (((half * begun.Length) + position) * layout.WeightPitch) + (first * groupBytes) : written,
                    Sums = position * layout.SumsPitch,
                    Groups = size,
                    Factor = factor | (factor << 16),
                    Continues = begun[position] ? 1 : 0,
                };
                begun[position] = true;
                first += size;
                written += size * groupBytes;
            }

            whole += chunks.Length == 1 ? 1 : 0;
        }

        *head = new WinogradStep { Groups = whole, Sums = count - whole };
    }

    /// <summary>Multiplies transformed weights by what the products of their position are multiplied by; they still fit 8 bits.</summary>
    private static void ApplyFactors(WinogradTransform transform, Piece[] pieces, sbyte* weights, int count, int positionBytes)
    {
        for (int i = 0; i < count; i++)
            weights[i] = checked((sbyte)(weights[i] * transform.Positions[pieces[i / positionBytes % pieces.Length].Position].Factor));
    }

    private static void WriteWeights(Piece[] pieces, int groups, WinogradLayout layout, int padded, sbyte* target)
    {
        int panel = layout.Vectors * layout.Lanes, blocks = panel / WinogradWeights.BlockOutputs;
        for (int first = 0; first < padded / WinogradWeights.BlockOutputs; first += blocks)
        {
            // The chunks of a piece follow each other.
            foreach ((WinogradWeights part, _, int position, _) in pieces)
            {
                for (int block = 0; block < blocks && first + block < part.Blocks; block++)
                {
                    sbyte* outputs = target + (block * WinogradWeights.BlockOutputs * AccumulationBounds.Group);
                    part.Write(position, first + block, outputs, panel * AccumulationBounds.Group);
                }

                target += groups * panel * AccumulationBounds.Group;
            }
        }
    }

    /// <summary>Weights of one position that are multiplied by its levels.</summary>
    /// <param name="Part">The layer's weights, or halves of them.</param>
    /// <param name="Half">0, or 1 for low halves.</param>
    /// <param name="Position">The position.</param>
    /// <param name="Chunks">Groups of four channels in each chunk.</param>
    private sealed record Piece(WinogradWeights Part, int Half, int Position, int[] Chunks);
}

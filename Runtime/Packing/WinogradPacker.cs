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
    public static byte* Pack(PackedWeights memory, QuantizedLayer layer, in LayerShape shape, WinogradLayout layout)
    {
        var transform = WinogradTransform.Of(layout.Tile);
        var weights = WinogradWeights.Of(transform, layer.Values, shape.Outputs, shape.Channels);
        int[][] chunks = weights.Chunks(shape.MaxLevel);
        int count = chunks.Sum(sizes => sizes.Length);
        if (count > layout.Chunks)
        {
            throw new WeightsException(
                $"Layer '{shape.Name}': its kernel adds the products of F({layout.Tile}x{layout.Tile}) in {layout.Chunks} chunks of 16 bits, but these " +
                $"weights need {count}. The profile's 'bounds' belong to other weights.");
        }

        int panel = layout.Vectors * layout.Lanes, padded = (shape.Outputs + panel - 1) / panel * panel;
        int groups = (shape.Channels + AccumulationBounds.Group - 1) / AccumulationBounds.Group;
        int parameterBytes = padded * (2 + transform.Scale) * sizeof(int);
        int weightBytes = transform.Positions.Count * groups * AccumulationBounds.Group * padded;
        byte* block = memory.Add(parameterBytes + weightBytes + ((1 + layout.Chunks) * WinogradStep.Bytes));
        LayerPacker.WriteScales(layer, shape, 0, (float*)block, (float*)block + padded, 1f / transform.Scale);
        WriteCorrections(layer, shape, weights, layout.Lanes, (int*)block + (2 * padded));
        var steps = (WinogradStep*)(block + parameterBytes + weightBytes);
        List<(int Position, int First, int Groups)> order = WriteSteps(transform, chunks, groups, layout, steps);
        WriteWeights(weights, order, shape, layout, padded, (sbyte*)block + parameterBytes);
        return block;
    }

    /// <summary>
    /// The products were made with levels that an offset keeps from being negative, and with levels from which the zero was not
    /// subtracted: both are constant for an output and a pixel of the tile.
    /// </summary>
    private static void WriteCorrections(QuantizedLayer layer, in LayerShape shape, WinogradWeights weights, int lanes, int* corrections)
    {
        WinogradTransform transform = weights.Transform;
        var products = new long[transform.Positions.Count];
        for (int output = 0; output < shape.Outputs; output++)
        {
            for (int position = 0; position < products.Length; position++)
            {
                long sum = 0;
                foreach (sbyte weight in weights.At(output, position))
                    sum += weight;
                products[position] = -transform.Positions[position].Offset(shape.MaxLevel) * sum;
            }

            long zero = LayerPacker.ZeroProduct(layer, shape, output);
            long[] sums = transform.Output(products);
            for (int pixel = 0; pixel < sums.Length; pixel++)
            {
                // Modulo 2³², as the sums themselves are until everything is added.
                corrections[(((output / lanes * sums.Length) + pixel) * lanes) + (output % lanes)] =
                    unchecked((int)(sums[pixel] - (transform.Scale * zero)));
            }
        }
    }

    /// <summary>Positions of one chunk come first: they are all alike, so that one unrolled loop does them.</summary>
    private static List<(int Position, int First, int Groups)> WriteSteps(
        WinogradTransform transform, int[][] chunks, int groups, WinogradLayout layout, WinogradStep* head)
    {
        var order = new List<(int Position, int First, int Groups)>();
        foreach (int position in Enumerable.Range(0, chunks.Length).OrderBy(position => chunks[position].Length > 1))
        {
            int first = 0;
            foreach (int size in chunks[position])
            {
                int factor = transform.Positions[position].Factor;
                head[1 + order.Count] = new WinogradStep
                {
                    Data = (position * layout.DataPitch) + (first * AccumulationBounds.Group),
                    Sums = position * layout.SumsPitch,
                    Groups = size,
                    Factor = factor | (factor << 16),
                    Continues = first == 0 ? 0 : 1,
                };
                order.Add((position, first, size));
                first += size;
            }
        }

        int whole = chunks.Count(sizes => sizes.Length == 1);
        *head = new WinogradStep { Groups = whole, Sums = order.Count - whole };
        return order;
    }

    private static void WriteWeights(
        WinogradWeights weights, List<(int Position, int First, int Groups)> order, in LayerShape shape, WinogradLayout layout, int padded, sbyte* target)
    {
        const int Group = AccumulationBounds.Group;
        int panel = layout.Vectors * layout.Lanes;
        for (int first = 0; first < padded; first += panel)
        {
            foreach ((int position, int firstGroup, int groups) in order)
            {
                for (int output = first; output < Math.Min(first + panel, shape.Outputs); output++)
                {
                    ReadOnlySpan<sbyte> values = weights.At(output, position);
                    for (int channel = firstGroup * Group; channel < Math.Min((firstGroup + groups) * Group, values.Length); channel++)
                        target[((((channel / Group) - firstGroup) * panel) + output - first) * Group + (channel % Group)] = values[channel];
                }

                target += groups * panel * Group;
            }
        }
    }
}

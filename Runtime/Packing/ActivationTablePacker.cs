namespace BitKernelGen.Packing;

/// <summary>
/// Puts a layer's weights into the form that activation tables are looked up by. A block holds, for the outputs rounded up to whole
/// panels, scales and biases (float32), corrections (int32) and prelu's slopes; then panel by panel and chunk by chunk what the 8-bit
/// sums start from, so that they never fall below 0, and the entries of each group of four channels, place by place.
/// </summary>
internal static unsafe class ActivationTablePacker
{
    private const int Lanes = 64, Group = 4;

    public static byte* Pack(PackedWeights memory, SafeTensors file, QuantizedLayer layer, in LayerShape shape, ActivationTableLayout layout)
    {
        int panel = layout.Vectors * Lanes, padded = (shape.Outputs + panel - 1) / panel * panel;
        int groups = (shape.Channels + Group - 1) / Group, chunks = (groups + layout.GroupsPerChunk - 1) / layout.GroupsPerChunk;
        int chunkBytes = panel * (1 + (layout.GroupsPerChunk * shape.Rows * shape.Columns)), rowBytes = chunks * chunkBytes;
        int parameterBytes = (3 + (shape.HasSlope ? 1 : 0)) * sizeof(float) * padded;
        byte* block = memory.Add(parameterBytes + (padded / panel * rowBytes));
        var scale = (float*)block;
        LayerPacker.WriteScales(layer, shape, 0, scale, scale + padded, 1);
        var corrections = (int*)(scale + (2 * padded));
        for (int output = 0; output < padded; output++)
        {
            // A vector's even bytes are its first 32 outputs, the odd ones the others: so they come out in order.
            int vector = output / Lanes, lane = output % Lanes, place = lane < Lanes / 2 ? 2 * lane : (2 * (lane - (Lanes / 2))) + 1;
            byte* target = block + parameterBytes + (vector / layout.Vectors * rowBytes) + (vector % layout.Vectors * Lanes) + place;
            ReadOnlySpan<sbyte> filter = output < shape.Outputs ? layer.Weights.Slice(output * layer.Inputs, layer.Inputs) : [];
            int started = 0;
            for (int chunk = 0; chunk < chunks; chunk++, target += chunkBytes)
                started += WriteChunk(filter, shape, layout, chunk * layout.GroupsPerChunk, target, panel);
            corrections[output] = -started - (output < shape.Outputs ? (int)LayerPacker.ZeroProduct(layer, shape, output) : 0);
        }

        if (shape.HasSlope)
            QuantizedLayer.ReadFinite(file, $"{shape.Name}.slope", layer.Outputs).CopyTo(new Span<float>(scale + (3 * padded), shape.Outputs));
        return block;
    }

    /// <summary>Writes an output's part of a chunk.</summary>
    /// <returns>What its sum starts from: the most that weights of −1 can take away.</returns>
    private static int WriteChunk(ReadOnlySpan<sbyte> filter, in LayerShape shape, ActivationTableLayout layout, int firstGroup, byte* target, int panel)
    {
        int taps = shape.Rows * shape.Columns, negative = 0;
        Span<int> weights = stackalloc int[Group];
        byte* entries = target + panel;
        for (int group = firstGroup; group < firstGroup + layout.GroupsPerChunk; group++)
        {
            for (int tap = 0; tap < taps; tap++, entries += panel)
            {
                weights.Clear();
                int first = group * Group, count = filter.IsEmpty ? 0 : Math.Clamp(shape.Channels - first, 0, Group);
                for (int i = 0; i < count; i++)
                {
                    weights[i] = filter[(tap * shape.Channels) + first + i];
                    negative += weights[i] < 0 ? 1 : 0;
                }

                *entries = ActivationTables.Entry(weights[0], weights[1], weights[2], weights[3]);
            }
        }

        int start = shape.MaxLevel * negative;
        *target = (byte)start;
        return start;
    }
}

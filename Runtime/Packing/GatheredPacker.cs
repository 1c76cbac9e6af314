namespace BitKernelGen.Packing;

/// <summary>
/// Packs convolutions with groups or dilation for the kernels that gather each window into one pixel: window position by window
/// position, the channels of some groups beside each other. A run's weights are those of the groups that are taken together,
/// zero where an output does not read a group; each run is a block as <see cref="LayerPacker"/> makes it, at a multiple of 64 bytes.
/// </summary>
public static unsafe class GatheredPacker
{
    private const int Alignment = 64;

    /// <summary>Packs a layer.</summary>
    /// <param name="memory">Receives the runs.</param>
    /// <param name="file">The weights file.</param>
    /// <param name="shape">The layer, with the channels of one group, and the bytes that they take in a gathered pixel.</param>
    /// <param name="groups">Groups of the layer.</param>
    /// <param name="together">Groups of a run.</param>
    /// <param name="layout">The form that this machine's kernel reads.</param>
    /// <returns>The first run's first byte.</returns>
    /// <exception cref="WeightsException">The file does not fit the layer, or its weights break a bound that a kernel relies on.</exception>
    public static byte* Convolution(
        PackedWeights memory, SafeTensors file, in LayerShape shape, int groups, int together, PanelLayout layout)
    {
        int positions = shape.Rows * shape.Columns;
        QuantizedLayer layer = QuantizedLayer.Read(file, shape.Name, shape.Outputs, positions * shape.Channels, shape.Bits, file.Room);
        int runs = groups / together, groupOutputs = shape.Outputs / groups, pixelBytes = positions * together * shape.PixelBytes;
        LayerShape run = shape with { LevelOffset = layout.LevelOffset, Outputs = together * groupOutputs, Rows = 1, Columns = 1, Channels = pixelBytes, PixelBytes = pixelBytes };

        int panelOutputs = layout.Vectors * layout.Lanes, panels = (run.Outputs + panelOutputs - 1) / panelOutputs;
        int parameterBytes = LayerPacker.ParameterBytes(run, panels * panelOutputs);
        int weightBytes = panels * LayerPacker.PanelBytes(run, layout);
        int runBytes = (parameterBytes + weightBytes + Alignment - 1) / Alignment * Alignment;

        byte* block = memory.Add(runs * runBytes), target = block;
        var values = new sbyte[run.Outputs * pixelBytes];
        for (int first = 0; first < shape.Outputs; first += run.Outputs, target += runBytes)
        {
            Spread(layer, shape, first, groupOutputs, together, values);
            LayerPacker.RequireBounds(values, run, layout.Chunk);
            LayerPacker.WriteParameters(target, file, layer, run, first, panels * panelOutputs);
            LayerPacker.WritePanels(target + parameterBytes, values, run, layout, file.Room);
        }

        return block;
    }

    /// <summary>The weights of a run's outputs over gathered pixels.</summary>
    private static void Spread(QuantizedLayer layer, in LayerShape shape, int firstOutput, int groupOutputs, int together, sbyte[] values)
    {
        int positions = shape.Rows * shape.Columns, pixelBytes = positions * together * shape.PixelBytes;
        Array.Clear(values);
        for (int output = 0; output < together * groupOutputs; output++)
        {
            ReadOnlySpan<sbyte> filter = layer.Weights.Slice((firstOutput + output) * layer.Inputs, layer.Inputs);
            int group = output / groupOutputs;
            for (int position = 0; position < positions; position++)
            {
                filter.Slice(position * shape.Channels, shape.Channels)
                    .CopyTo(values.AsSpan((output * pixelBytes) + (((position * together) + group) * shape.PixelBytes)));
            }
        }
    }
}

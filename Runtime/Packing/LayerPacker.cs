using BitKernelGen.Execution;

namespace BitKernelGen.Packing;

/// <summary>A layer with weights, as its kernels see it.</summary>
/// <param name="Name">Its name in the weights file.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Rows">Rows of the window.</param>
/// <param name="Columns">Columns of the window.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="PixelBytes">Bytes from one input pixel to the next.</param>
/// <param name="Bits">Bits of a weight, 1 to 8.</param>
/// <param name="Zero">The level of zero in the input's code.</param>
/// <param name="MaxLevel">The largest level of the input's code.</param>
/// <param name="Step">The step of the input's code.</param>
/// <param name="Premultiplier">What scale and bias are multiplied by once: the output code's reciprocal, or 1.</param>
public readonly record struct LayerShape(
    string Name, int Outputs, int Rows, int Columns, int Channels, int PixelBytes, int Bits, int Zero, int MaxLevel, float Step, float Premultiplier);

/// <summary>
/// Puts a layer's weights into the form that its kernels read. A block holds, for the outputs rounded up to
/// whole panels: their scales and biases (float32), with a zero offset their corrections −z·Σw (int32), then the panels.
/// </summary>
public static unsafe class LayerPacker
{
    /// <summary>Packs a convolution or dense layer.</summary>
    /// <param name="memory">Receives the block.</param>
    /// <param name="file">The weights file.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="layouts">The forms that the kernels read: AVX-512, AVX2, portable.</param>
    /// <returns>The block's first byte.</returns>
    /// <exception cref="WeightsException">The file does not fit the layer, or its weights break a bound that a kernel relies on.</exception>
    public static byte* Convolution(
        PackedWeights memory, SafeTensors file, in LayerShape shape, ReadOnlySpan<WeightLayout> layouts)
    {
        int products = shape.Rows * shape.Columns * shape.Channels;
        QuantizedLayer layer = QuantizedLayer.Read(file, shape.Name, shape.Outputs, products, shape.Bits);
        WeightLayout chosen = Machine.Choose(layouts[0], layouts[1], layouts[2]);
        RequireBounds(layer, shape, (chosen as PanelLayout)?.Chunk ?? 0);
        return chosen is WinogradLayout winograd
            ? WinogradPacker.Pack(memory, layer, shape, winograd)
            : Panels(memory, layer, shape, (PanelLayout)chosen);
    }

    private static byte* Panels(PackedWeights memory, QuantizedLayer layer, in LayerShape shape, PanelLayout layout)
    {
        int products = shape.Rows * shape.Columns * shape.Channels;
        int groupsPerRow = ((shape.Columns * shape.PixelBytes) + layout.Group - 1) / layout.Group;
        int panelOutputs = layout.Vectors * layout.Lanes;
        int panelWeights = shape.Rows * groupsPerRow * panelOutputs * layout.Group;
        int panelBytes = PanelUnpacker.PackedBytes(panelWeights, layout.ResidentBits);
        int panels = (shape.Outputs + panelOutputs - 1) / panelOutputs;
        int paddedOutputs = panels * panelOutputs;

        byte* block = AddBlock(memory, layer, shape, products, paddedOutputs, panels * panelBytes, out byte* target);
        var panel = new sbyte[panelWeights];
        for (int first = 0; first < paddedOutputs; first += panelOutputs, target += panelBytes)
        {
            Array.Clear(panel);
            for (int output = first; output < Math.Min(first + panelOutputs, shape.Outputs); output++)
            {
                ReadOnlySpan<sbyte> filter = layer.Values.AsSpan(output * products, products);
                int lane = (output - first) * layout.Group, i = 0;
                for (int row = 0; row < shape.Rows; row++)
                {
                    for (int column = 0; column < shape.Columns; column++)
                    {
                        for (int channel = 0; channel < shape.Channels; channel++)
                        {
                            int offset = (column * shape.PixelBytes) + channel;
                            int group = (row * groupsPerRow) + (offset / layout.Group);
                            panel[(group * panelOutputs * layout.Group) + lane + (offset % layout.Group)] = filter[i++];
                        }
                    }
                }
            }

            PanelUnpacker.Pack(panel, layout.ResidentBits, target);
        }

        return block;
    }

    /// <summary>Packs a depthwise convolution: one run of weights, window position by window position, channels side by side.</summary>
    /// <param name="memory">Receives the block.</param>
    /// <param name="file">The weights file.</param>
    /// <param name="shape">The layer; its outputs are its channels.</param>
    /// <returns>The block's first byte.</returns>
    /// <exception cref="WeightsException">The file does not fit the layer, or its sums can overflow.</exception>
    public static byte* Depthwise(PackedWeights memory, SafeTensors file, in LayerShape shape)
    {
        int products = shape.Rows * shape.Columns;
        int paddedOutputs = (shape.Outputs + 15) / 16 * 16;
        QuantizedLayer layer = QuantizedLayer.Read(file, shape.Name, shape.Outputs, products, shape.Bits);
        RequireBounds(layer, shape with { Channels = 1, PixelBytes = 1 }, chunk: 0);

        var run = new sbyte[products * paddedOutputs];
        for (int output = 0; output < shape.Outputs; output++)
        {
            for (int i = 0; i < products; i++)
                run[(i * paddedOutputs) + output] = layer.Values[(output * products) + i];
        }

        int bytes = PanelUnpacker.PackedBytes(run.Length, shape.Bits);
        byte* block = AddBlock(memory, layer, shape, products, paddedOutputs, bytes, out byte* target);
        PanelUnpacker.Pack(run, shape.Bits, target);
        return block;
    }

    private static byte* AddBlock(
        PackedWeights memory, QuantizedLayer layer, in LayerShape shape, int products, int paddedOutputs, int weightBytes, out byte* weights)
    {
        int parameters = shape.Zero == 0 ? 2 : 3;
        byte* block = memory.Add((parameters * sizeof(float) * paddedOutputs) + weightBytes);
        weights = block + (parameters * sizeof(float) * paddedOutputs);
        var scale = (float*)block;
        WriteParameters(layer, shape, scale, scale + paddedOutputs, 1);
        var correction = (int*)(scale + (2 * paddedOutputs));
        for (int output = 0; shape.Zero != 0 && output < shape.Outputs; output++)
        {
            int sum = 0;
            foreach (sbyte weight in layer.Values.AsSpan(output * products, products))
                sum += weight;
            correction[output] = -shape.Zero * sum;
        }

        return block;
    }

    /// <summary>Scales and biases, for sums that come multiplied by 1 / <paramref name="factor"/>, a power of two.</summary>
    internal static void WriteParameters(QuantizedLayer layer, in LayerShape shape, float* scale, float* bias, float factor)
    {
        for (int output = 0; output < shape.Outputs; output++)
        {
            float m = shape.Step * layer.Scale[output] * shape.Premultiplier;
            scale[output] = m * factor;
            bias[output] = layer.Bias[output] * shape.Premultiplier;
            if (!float.IsFinite(m) || !float.IsFinite(bias[output]))
                throw new WeightsException($"Layer '{shape.Name}': scale and bias of output {output} leave float32's range in the layer's steps.");
            if (scale[output] / factor != m)
                throw new WeightsException($"Layer '{shape.Name}': the scale of output {output} is too small for float32 in the layer's steps.");
        }
    }

    private static void RequireBounds(QuantizedLayer layer, in LayerShape shape, int chunk)
    {
        var worst = AccumulationBounds.WorstCase(shape.Bits, shape.Rows, shape.Columns, shape.Channels, shape.PixelBytes, shape.MaxLevel);
        if (worst.Sum <= int.MaxValue && worst.Steps >= chunk)
            return;

        var actual = AccumulationBounds.Prove(
            layer.Values, shape.Outputs, shape.Rows, shape.Columns, shape.Channels, shape.PixelBytes, shape.MaxLevel);
        if (actual.Sum > int.MaxValue)
            throw new WeightsException($"Layer '{shape.Name}': its sums can reach {actual.Sum}, beyond 32 bits.");
        if (actual.Steps < chunk)
        {
            throw new WeightsException(
                $"Layer '{shape.Name}': its kernel adds {chunk} groups of four products in 16 bits, but these weights allow only {actual.Steps}. " +
                "The profile's 'bounds' belong to other weights.");
        }
    }
}

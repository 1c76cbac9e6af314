using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
/// <param name="HasSlope">Whether each output has a slope, prelu's.</param>
/// <param name="Zeros">The level of zero in each channel of the input, in the place of <paramref name="Zero"/>; null where they are one.</param>
/// <param name="StepsPerUnit">
/// Where the kernels round values before they limit them, steps of the finest output code in a unit of what scale and bias give; else 0.
/// </param>
public readonly record struct LayerShape(
    string Name, int Outputs, int Rows, int Columns, int Channels, int PixelBytes, int Bits, int Zero, int MaxLevel, float Step, float Premultiplier,
    bool HasSlope = false, byte[]? Zeros = null, float StepsPerUnit = 0)
{
    /// <summary>What the kernels take every level less.</summary>
    internal int LevelOffset { get; init; }

    /// <summary>Whether sums need corrections.</summary>
    internal bool HasCorrection => Zero != 0 || Zeros is not null || LevelOffset != 0;
}

/// <summary>
/// Puts a layer's weights into the form that its kernels read. A block holds, for the outputs rounded up to
/// whole panels: their scales and biases (float32), where there are offsets their corrections Σ(offset − z)·w (int32), prelu's slopes, then the panels.
/// </summary>
public static unsafe class LayerPacker
{
    /// <summary>What float32 rounds to 32 bits for sure; half of it is left to a residual.</summary>
    private const double MostSteps = 1 << 29;

    /// <summary>So far from float32's limit that no sum or product that a profile may have of such values passes it.</summary>
    private const double MostMagnitude = 1L << 50;

    /// <summary>Packs a convolution or dense layer.</summary>
    /// <param name="memory">Receives the block.</param>
    /// <param name="file">The weights file.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="layout">The form that this machine's kernel reads.</param>
    /// <returns>The block's first byte.</returns>
    /// <exception cref="WeightsException">The file does not fit the layer, or its weights break a bound that a kernel relies on.</exception>
    public static byte* Convolution(
        PackedWeights memory, SafeTensors file, in LayerShape shape, WeightLayout layout)
    {
        int products = shape.Rows * shape.Columns * shape.Channels;
        QuantizedLayer layer = QuantizedLayer.Read(file, shape.Name, shape.Outputs, products, shape.Bits, file.Room);
        RequireBounds(layer.Weights, shape, (layout as PanelLayout)?.Chunk ?? 0);
        return layout switch
        {
            ActivationTableLayout tables => ActivationTablePacker.Pack(memory, file, layer, shape, tables),
            WeightTableLayout tables => WeightTablePacker.Pack(memory, file, layer, shape, tables),
            WinogradLayout winograd => WinogradPacker.Pack(memory, layer, shape, winograd, file.Room),
            _ => Panels(memory, file, layer, shape with { LevelOffset = ((PanelLayout)layout).LevelOffset }, (PanelLayout)layout),
        };
    }

    private static byte* Panels(PackedWeights memory, SafeTensors file, QuantizedLayer layer, in LayerShape shape, PanelLayout layout)
    {
        int panelOutputs = layout.Vectors * layout.Lanes, panels = (shape.Outputs + panelOutputs - 1) / panelOutputs;
        int paddedOutputs = panels * panelOutputs;
        byte* block = memory.Add(ParameterBytes(shape, paddedOutputs) + (panels * PanelBytes(shape, layout)));
        WriteParameters(block, file, layer, shape, 0, paddedOutputs);
        WritePanels(block + ParameterBytes(shape, paddedOutputs), layer.Weights, shape, layout, file.Room);
        return block;
    }

    /// <summary>Bytes of a packed panel.</summary>
    internal static int PanelBytes(in LayerShape shape, PanelLayout layout) => PanelUnpacker.PackedBytes(PanelWeights(shape, layout), layout.ResidentBits);

    private static int PanelWeights(in LayerShape shape, PanelLayout layout)
    {
        int groupsPerRow = ((shape.Columns * shape.PixelBytes) + layout.Group - 1) / layout.Group;
        return shape.Rows * groupsPerRow * layout.Vectors * layout.Lanes * layout.Group;
    }

    /// <summary>Writes weights panel by panel.</summary>
    internal static void WritePanels(byte* target, ReadOnlySpan<sbyte> values, in LayerShape shape, PanelLayout layout, PackingRoom room)
    {
        int products = shape.Rows * shape.Columns * shape.Channels;
        int panelOutputs = layout.Vectors * layout.Lanes;
        Span<sbyte> panel = room.Panel(PanelWeights(shape, layout));
        int panelBytes = PanelUnpacker.PackedBytes(panel.Length, layout.ResidentBits);
        for (int first = 0; first < shape.Outputs; first += panelOutputs, target += panelBytes)
        {
            int outputs = Math.Min(panelOutputs, shape.Outputs - first);
            FillPanel(values.Slice(first * products, outputs * products), shape, layout.Group, panelOutputs, panel);
            PanelUnpacker.Pack(panel, layout.ResidentBits, target);
        }
    }

    /// <summary>The filters of a panel's outputs, group by group; what is no weight is zero.</summary>
    private static void FillPanel(ReadOnlySpan<sbyte> filters, in LayerShape shape, int groupSize, int panelOutputs, Span<sbyte> panel)
    {
        int products = shape.Rows * shape.Columns * shape.Channels, outputs = filters.Length / products;
        panel.Clear();
        if (groupSize > 1 && shape.Channels == shape.PixelBytes && shape.Columns * shape.PixelBytes % groupSize == 0)
        {
            // A filter's groups lie in memory as they are multiplied.
            if (groupSize == 4)
                Interleave(MemoryMarshal.Cast<sbyte, int>(filters), outputs, panelOutputs, MemoryMarshal.Cast<sbyte, int>(panel));
            else
                Interleave(MemoryMarshal.Cast<sbyte, short>(filters), outputs, panelOutputs, MemoryMarshal.Cast<sbyte, short>(panel));
            return;
        }

        Scatter(filters, shape, groupSize, outputs, panelOutputs, panel);
    }

    /// <summary>Weights one by one, where groups have more or less than a filter's channels beside each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(ReadOnlySpan<sbyte> filters, in LayerShape shape, int groupSize, int outputs, int panelOutputs, Span<sbyte> panel)
    {
        int groupsPerRow = ((shape.Columns * shape.PixelBytes) + groupSize - 1) / groupSize;
        for (int output = 0, i = 0; output < outputs; output++)
        {
            for (int row = 0; row < shape.Rows; row++)
            {
                for (int column = 0; column < shape.Columns; column++)
                {
                    for (int channel = 0; channel < shape.Channels; channel++)
                    {
                        int offset = (column * shape.PixelBytes) + channel;
                        int group = (row * groupsPerRow) + (offset / groupSize);
                        panel[(((group * panelOutputs) + output) * groupSize) + (offset % groupSize)] = filters[i++];
                    }
                }
            }
        }
    }

    /// <summary>Filters side by side: the first group of each, the second group of each, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave<T>(ReadOnlySpan<T> filters, int outputs, int panelOutputs, Span<T> panel)
        where T : unmanaged
    {
        // A cache line of each filter at a time: filters often lie a power of two apart, where few lines fit the cache.
        const int Line = 16;
        int groups = filters.Length / outputs;
        for (int first = 0; first < groups; first += Line)
        {
            int count = Math.Min(Line, groups - first);
            for (int output = 0; output < outputs; output++)
            {
                ReadOnlySpan<T> line = filters.Slice((output * groups) + first, count);
                int target = (first * panelOutputs) + output;
                for (int group = 0; group < line.Length; group++, target += panelOutputs)
                    panel[target] = line[group];
            }
        }
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
        QuantizedLayer layer = QuantizedLayer.Read(file, shape.Name, shape.Outputs, products, shape.Bits, file.Room);
        RequireBounds(layer.Weights, shape with { Channels = 1, PixelBytes = 1 }, chunk: 0);

        var run = new sbyte[products * paddedOutputs];
        for (int output = 0; output < shape.Outputs; output++)
        {
            for (int i = 0; i < products; i++)
                run[(i * paddedOutputs) + output] = layer.Weights[(output * products) + i];
        }

        int bytes = PanelUnpacker.PackedBytes(run.Length, shape.Bits);
        byte* block = memory.Add(ParameterBytes(shape, paddedOutputs) + bytes);
        WriteParameters(block, file, layer, shape, 0, paddedOutputs);
        PanelUnpacker.Pack(run, shape.Bits, block + ParameterBytes(shape, paddedOutputs));
        return block;
    }

    /// <summary>Bytes of what stands before the weights.</summary>
    internal static int ParameterBytes(in LayerShape shape, int paddedOutputs) =>
        (2 + (shape.HasCorrection ? 1 : 0) + (shape.HasSlope ? 1 : 0)) * sizeof(float) * paddedOutputs;

    /// <summary>Writes what stands before the weights.</summary>
    /// <param name="block">Receives it.</param>
    /// <param name="file">The weights file.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="shape">Its shape; only so many of its outputs are taken.</param>
    /// <param name="firstOutput">The first of them.</param>
    /// <param name="paddedOutputs">The outputs rounded up to whole panels.</param>
    internal static void WriteParameters(
        byte* block, SafeTensors file, QuantizedLayer layer, in LayerShape shape, int firstOutput, int paddedOutputs)
    {
        float* scale = (float*)block, bias = scale + paddedOutputs;
        WriteScales(layer, shape, firstOutput, scale, bias, 1);
        var correction = (int*)(bias + paddedOutputs);
        for (int output = 0; shape.HasCorrection && output < shape.Outputs; output++)
            correction[output] = (int)((shape.LevelOffset * Sum(Filter(layer, firstOutput + output))) - ZeroProduct(layer, shape, firstOutput + output));

        if (!shape.HasSlope)
            return;
        float[] slopes = QuantizedLayer.ReadFinite(file, $"{shape.Name}.slope", layer.Outputs);
        slopes.AsSpan(firstOutput, shape.Outputs).CopyTo(new Span<float>(bias + ((shape.HasCorrection ? 2 : 1) * paddedOutputs), shape.Outputs));
    }

    /// <summary>Σ z·w: what an output's sum is where every level is that of zero.</summary>
    internal static long ZeroProduct(QuantizedLayer layer, in LayerShape shape, int output)
    {
        ReadOnlySpan<sbyte> filter = Filter(layer, output);
        if (shape.Zeros is not { } zeros)
            return shape.Zero * Sum(filter);

        long sum = 0;

        // Filters have the channels beside each other; a depthwise one has but its own.
        bool isDepthwise = layer.Inputs == shape.Rows * shape.Columns;
        for (int i = 0; i < filter.Length; i++)
            sum += zeros[(isDepthwise ? output : i) % zeros.Length] * filter[i];
        return sum;
    }

    private static ReadOnlySpan<sbyte> Filter(QuantizedLayer layer, int output) => layer.Weights.Slice(output * layer.Inputs, layer.Inputs);

    /// <summary>The sum of some of a layer's weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long Sum(ReadOnlySpan<sbyte> weights)
    {
        long sum = 0;
        foreach (sbyte weight in weights)
            sum += weight;
        return sum;
    }

    /// <summary>Scales and biases, for sums that come multiplied by 1 / <paramref name="factor"/>, a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WriteScales(QuantizedLayer layer, in LayerShape shape, int firstOutput, float* scale, float* bias, float factor)
    {
        double mostWeights = (shape.Bits == 1 ? 1 : (1 << (shape.Bits - 1)) - 1) * (double)layer.Inputs;
        for (int output = 0; output < shape.Outputs; output++)
        {
            float m = shape.Step * layer.Scale[firstOutput + output] * shape.Premultiplier;
            scale[output] = m * factor;
            bias[output] = layer.Bias[firstOutput + output] * shape.Premultiplier;
            if (!float.IsFinite(m) || !float.IsFinite(bias[output]) || scale[output] / factor != m || !Fits(Largest(mostWeights, shape, m, bias[output]), shape))
                RequireScale(layer, shape, firstOutput + output, scale[output], bias[output], factor);
        }
    }

    /// <summary>Refuses an output's scale, where it is not only for want of a closer look that it seemed wrong.</summary>
    private static void RequireScale(QuantizedLayer layer, in LayerShape shape, int source, float scale, float bias, float factor)
    {
        float m = shape.Step * layer.Scale[source] * shape.Premultiplier;
        if (!float.IsFinite(m) || !float.IsFinite(bias))
            throw new WeightsException($"Layer '{shape.Name}': scale and bias of output {source} leave float32's range in the layer's steps.");
        double largest = Largest(Magnitude(Filter(layer, source)), shape, m, bias);
        if (!Fits(largest, shape))
        {
            throw new WeightsException($"Layer '{shape.Name}': values of output {source} can be beyond "
                + (largest >= MostMagnitude ? "2⁵⁰." : "2²⁹ steps of the code that they are rounded to."));
        }

        if (scale / factor != m)
            throw new WeightsException($"Layer '{shape.Name}': the scale of output {source} is too small for float32 in the layer's steps.");
    }

    /// <summary>What no value of an output is beyond, whatever the levels.</summary>
    private static double Largest(double weights, in LayerShape shape, float scale, float bias) => (weights * shape.MaxLevel * scale) + Math.Abs(bias);

    private static bool Fits(double largest, in LayerShape shape) => largest < MostMagnitude && largest * shape.StepsPerUnit < MostSteps;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Magnitude(ReadOnlySpan<sbyte> weights)
    {
        long sum = 0;
        foreach (sbyte weight in weights)
            sum += Math.Abs((int)weight);
        return sum;
    }

    /// <summary>Proves that no sum overflows, in 32 bits or in the 16 that a kernel relies on.</summary>
    internal static void RequireBounds(ReadOnlySpan<sbyte> values, in LayerShape shape, int chunk)
    {
        var worst = AccumulationBounds.WorstCase(shape.Bits, shape.Rows, shape.Columns, shape.Channels, shape.PixelBytes, shape.MaxLevel);
        if (worst.Sum <= int.MaxValue && (worst.Steps >= chunk || AccumulationBounds.Allow(
            values, shape.Outputs, shape.Rows, shape.Columns, shape.Channels, shape.PixelBytes, shape.MaxLevel, chunk)))
        {
            return;
        }

        var actual = AccumulationBounds.Prove(
            values, shape.Outputs, shape.Rows, shape.Columns, shape.Channels, shape.PixelBytes, shape.MaxLevel);
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

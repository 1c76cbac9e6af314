using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>A layer's weights and bias as constants of the graph.</summary>
internal sealed class Constants(GraphBuilder graph, Layer layer, QuantizedLayer weights, Tensor input, bool roundBias)
{
    private readonly string _name = layer.Spec.Name;
    private readonly ProductWeights _converted = ProductWeights.Of(weights, QuantizeNodes.EvenOf(input, input.Code!));

    /// <summary>Whether the bias is int32 in units of the accumulator.</summary>
    public bool HasIntegerBias => roundBias || _converted.IsBiasExact;

    /// <summary>int8, dequantized by output: [output, channel, row, column], or [output, input].</summary>
    public string Weights(params long[] shape) => Dequantized<sbyte>("weight", ChannelsFirst(_converted.Values, shape), _converted.Scale, shape);

    /// <summary>The bias: int32, dequantized, which runtimes fuse with the layer, or float32 as it is.</summary>
    public string Bias() => HasIntegerBias
        ? Dequantized<int>("bias", _converted.Bias, _converted.BiasScale, _converted.Bias.Length)
        : graph.Constant<float>($"{_name}/bias", weights.Bias, weights.Bias.Length);

    private string Dequantized<T>(string part, T[] values, float[] scale, params long[] shape)
        where T : unmanaged => graph.Node(
            "DequantizeLinear",
            $"{_name}/{part}",
            [
                graph.Constant<T>($"{_name}/{part}/quantized", values, shape),
                graph.Constant<float>($"{_name}/{part}/scale", scale, scale.Length),
                graph.Constant<T>($"{_name}/{part}/zero", new T[scale.Length], scale.Length),
            ],
            ("axis", 0));

    /// <summary>From [output, row, column, channel] to [output, channel, row, column].</summary>
    private static sbyte[] ChannelsFirst(sbyte[] values, long[] shape)
    {
        if (shape is not [_, var channels, var rows, var columns] || rows * columns == 1 || channels == 1)
            return values;
        long pixels = rows * columns;
        var reordered = new sbyte[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            long output = i / (pixels * channels), pixel = i / channels % pixels, channel = i % channels;
            reordered[(((output * channels) + channel) * pixels) + pixel] = values[i];
        }

        return reordered;
    }
}

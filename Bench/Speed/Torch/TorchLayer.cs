using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BitKernelGen.Bench.Speed.Torch;

/// <summary>A float layer as libtorch takes it. Images are channels last in memory, which is the order that weights have already.</summary>
/// <param name="Spec">What it computes.</param>
/// <param name="Inputs">The values that it reads: 0 is the network's input, i the output of layer i − 1.</param>
/// <param name="InputShape">Batch, channels, rows and columns of the first.</param>
/// <param name="FlattensInput">Whether it takes an image for a vector.</param>
/// <param name="Weights">Its weights, if it has any.</param>
/// <param name="Bias">Its bias, if it has weights.</param>
internal sealed record TorchLayer(LayerSpec Spec, int[] Inputs, long[] InputShape, bool FlattensInput, Tensor? Weights, Tensor? Bias) : IDisposable
{
    /// <summary>Rows and columns of the window.</summary>
    public long[] Kernel { get; } = Pair(Spec.Kernel, 1);

    /// <summary>Steps of the window.</summary>
    public long[] Stride { get; } = Pair(Spec.Stride, 1);

    /// <summary>Rows and columns added on each side.</summary>
    public long[] Padding { get; } = Pair(Spec.Pad, 0);

    /// <summary>Whether relu follows.</summary>
    public bool IsRelu => Spec.Activation == Activation.Relu;

    /// <summary>A network's layers.</summary>
    /// <exception cref="NotSupportedException">One is none of those that the measured networks have.</exception>
    public static TorchLayer[] Of(FloatNetwork network)
    {
        var layers = new List<TorchLayer>();
        var values = new Dictionary<string, Value> { ["input"] = new(0, network.Height, network.Width, network.Channels, network.Height * network.Width == 1) };
        foreach (FloatLayer layer in network.Layers)
        {
            LayerSpec spec = layer.Spec;
            Value input = values[spec.Inputs[0]];
            Refuse(spec, input);
            bool flattens = spec.Op is LayerOp.Dense or LayerOp.Flatten && !input.IsVector;
            if (spec.Op == LayerOp.Flatten && !flattens)
            {
                values[spec.Name] = input;
                continue;
            }

            bool isVector = input.IsVector || flattens || spec.Op == LayerOp.GlobalAvgPool;
            layers.Add(new TorchLayer(
                spec, [.. spec.Inputs.Select(name => values[name].Index)], [1, input.Channels, input.Height, input.Width], flattens,
                WeightsOf(layer), layer.Bias.Length == 0 ? null : tensor(layer.Bias)));
            values[spec.Name] = new Value(layers.Count, layer.Height, layer.Width, layer.Channels, isVector);
        }

        return layers.Count == values[network.Output].Index ? [.. layers] : throw new NotSupportedException("The output is not the last layer's.");
    }

    /// <summary>An image from one whose channels are innermost, or a vector.</summary>
    public static Tensor Input(FloatNetwork network, float[] pixels)
    {
        if (network.Height * network.Width == 1)
            return tensor(pixels, [1, pixels.Length]);
        using Tensor image = tensor(pixels, [1, network.Height, network.Width, network.Channels]);
        return image.permute(0, 3, 1, 2);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights?.Dispose();
        Bias?.Dispose();
    }

    private sealed record Value(int Index, int Height, int Width, int Channels, bool IsVector);

    private static void Refuse(LayerSpec spec, Value input)
    {
        bool isKnown = spec.Op switch
        {
            LayerOp.Conv => spec.Groups <= 1 && spec.Dilation.All(step => step == 1) && !input.IsVector,
            LayerOp.MaxPool or LayerOp.GlobalAvgPool or LayerOp.Subsample or LayerOp.PadChannels => !input.IsVector,
            LayerOp.Dense or LayerOp.Add or LayerOp.Flatten => true,
            _ => false,
        };
        bool isEven = spec.Pad.Count == 0 || (spec.Pad[0] == spec.Pad[2] && spec.Pad[1] == spec.Pad[3]);
        if (!isKnown || !isEven || spec.Activation is not (Activation.None or Activation.Relu))
            throw new NotSupportedException($"The peer in libtorch has no layer like '{spec.Name}'.");
    }

    /// <summary>[outputs, channels, rows, columns], or [inputs, outputs] of dense.</summary>
    private static Tensor? WeightsOf(FloatLayer layer)
    {
        int outputs = layer.Bias.Length;
        using Tensor values = tensor(layer.Weights);
        switch (layer.Spec.Op)
        {
            case LayerOp.Conv:
                using (Tensor windows = values.reshape(outputs, layer.Spec.Kernel[0], layer.Spec.Kernel[1], -1))
                    return windows.permute(0, 3, 1, 2);
            case LayerOp.Dense:
                using (Tensor rows = values.reshape(outputs, -1))
                using (Tensor columns = rows.t())
                    return columns.contiguous();
            default:
                return null;
        }
    }

    private static long[] Pair(EquatableArray<int> values, int otherwise) => values.Count == 0 ? [otherwise, otherwise] : [values[0], values[1]];
}

using BitKernelGen.Profiles;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BitKernelGen.Bench.Speed.Torch;

/// <summary>Layers by libtorch's operators, called one by one: the faster form of small networks, since a call takes less.</summary>
internal sealed class EagerNetwork : IDisposable
{
    private readonly TorchLayer[] _layers;
    private readonly Tensor?[] _values;

    /// <summary>The values that no layer reads any more after one: what is freed early is still in the cache when it is used again.</summary>
    private readonly int[][] _lastReads;

    /// <param name="layers">The network.</param>
    /// <param name="input">Its input.</param>
    public EagerNetwork(TorchLayer[] layers, Tensor input)
    {
        _layers = layers;
        _values = new Tensor?[layers.Length + 1];
        _values[0] = input;
        _lastReads = [.. layers.Select((layer, i) => layer.Inputs.Distinct().Where(value => value > 0 && !layers[(i + 1)..].Any(later => later.Inputs.Contains(value))).ToArray())];
    }

    /// <summary>What the last run put out.</summary>
    public Tensor Output => _values[^1]!;

    public void Run()
    {
        _values[^1]?.Dispose();
        for (int i = 0; i < _layers.Length; i++)
        {
            TorchLayer layer = _layers[i];
            Tensor output = Compute(layer);
            if (layer.IsRelu)
                output.relu_();
            _values[i + 1] = output;
            foreach (int value in _lastReads[i])
                _values[value]!.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _values[^1]?.Dispose();

    private Tensor Compute(TorchLayer layer)
    {
        Tensor input = _values[layer.Inputs[0]]!;
        switch (layer.Spec.Op)
        {
            case LayerOp.Conv:
                return nn.functional.conv2d(input, layer.Weights!, layer.Bias, layer.Stride, layer.Padding);
            case LayerOp.Dense when layer.FlattensInput:
                using (Tensor flat = Flatten(input))
                    return layer.Bias!.addmm(flat, layer.Weights!, 1, 1);
            case LayerOp.Dense:
                return layer.Bias!.addmm(input, layer.Weights!, 1, 1);
            case LayerOp.Add:
                return input.add(_values[layer.Inputs[1]]!);
            case LayerOp.MaxPool:
                return nn.functional.max_pool2d(input, layer.Kernel, layer.Stride, layer.Padding);
            case LayerOp.GlobalAvgPool:
                return input.mean([2, 3]);
            case LayerOp.Subsample:
                return input.index(TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: layer.Stride[0]), TensorIndex.Slice(step: layer.Stride[1]));
            case LayerOp.PadChannels:
                return nn.functional.pad(input, [0, 0, 0, 0, layer.Spec.PadChannels[0], layer.Spec.PadChannels[1]]);
            default:
                return Flatten(input);
        }
    }

    private static Tensor Flatten(Tensor image)
    {
        using Tensor pixels = image.permute(0, 2, 3, 1);
        return pixels.reshape(1, -1);
    }
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>
/// Runs a network as <c>docs/arithmetic.md</c> is written, one scalar operation after the other: what every generated kernel must
/// equal bit for bit. It shares nothing with the generator but the resolved network.
/// </summary>
public sealed class ReferenceExecutor
{
    private readonly Network _network;
    private readonly QuantizedLayer?[] _weights;
    private readonly float[]?[] _slopes;

    /// <summary>Reads the weights of every layer that has any.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights file.</param>
    /// <exception cref="WeightsException">The file is not what the network needs.</exception>
    public ReferenceExecutor(Network network, SafeTensors weights)
    {
        _network = network;
        _weights = [.. network.Layers.Select(layer => layer.Spec.Weight is null ? null : ReferenceWeights.Read(network, layer, weights))];
        _slopes = [.. network.Layers.Select(layer => SlopesOf(layer, weights))];
    }

    /// <summary>Runs the network.</summary>
    /// <param name="input">The input, height-width-channel order.</param>
    /// <returns>The output, height-width-channel order.</returns>
    /// <exception cref="ArgumentException">The input has the wrong length or holds a NaN.</exception>
    public float[] Run(ReadOnlySpan<float> input)
    {
        Tensor tensor = _network.Tensors[0];
        if (input.Length != tensor.Length)
            throw new ArgumentException($"The input has {input.Length} elements; the network takes {tensor.Length}.", nameof(input));
        foreach (float x in input)
        {
            if (float.IsNaN(x))
                throw new ArgumentException("The input holds a NaN.", nameof(input));
        }

        return Run(Activations.EncodeInput(tensor, input.ToArray()));
    }

    /// <summary>Runs the network on raw bytes, normalised by the profile's mean and standard deviation.</summary>
    /// <param name="pixels">The input, height-width-channel order.</param>
    /// <returns>The output, height-width-channel order.</returns>
    /// <exception cref="ArgumentException">The input has the wrong length.</exception>
    /// <exception cref="NotSupportedException">The profile has no mean and standard deviation.</exception>
    public float[] Run(ReadOnlySpan<byte> pixels)
    {
        InputSpec spec = _network.Profile.Input;
        if (spec.Mean.Count == 0)
            throw new NotSupportedException("The profile has no mean and standard deviation for raw bytes.");
        var values = new float[pixels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i % spec.Mean.Count;
            values[i] = (float)(((pixels[i] * spec.Scale) - spec.Mean[channel]) / spec.Std[channel]);
        }

        return Run(values);
    }

    private float[] Run(Activations input)
    {
        var tensors = new Activations[_network.Tensors.Count];
        tensors[0] = input;
        foreach (Layer layer in _network.Layers)
            tensors[layer.Output] = Run(layer, [.. layer.Inputs.Select(tensor => tensors[tensor])]);
        return tensors[_network.Output].ReadBySum();
    }

    private Activations Run(Layer layer, Activations[] inputs)
    {
        Tensor output = _network.Tensors[layer.Output];
        return layer.Spec.Op switch
        {
            LayerOp.Conv or LayerOp.Dense or LayerOp.Depthwise =>
                Products.Run(layer, _weights[layer.Index]!, inputs[0], output, _slopes[layer.Index]),
            LayerOp.Add => Sums.Add(layer, inputs[0], inputs[1], output),
            LayerOp.Mul => Sums.Mul(layer, inputs[0], inputs[1], output),
            LayerOp.Softmax => Sums.Softmax(inputs[0], output),
            LayerOp.Concat => Sums.Concat(inputs, output),
            LayerOp.MaxPool => Pools.Max(layer.Window, inputs[0], output),
            LayerOp.AvgPool or LayerOp.GlobalAvgPool => Pools.Average(layer, inputs[0], output),
            LayerOp.Flatten => Moves.Flatten(inputs[0], output),
            LayerOp.Subsample => Moves.Subsample(layer.Spec, inputs[0], output),
            LayerOp.PadChannels => Moves.PadChannels(layer.Spec, inputs[0], output),
            _ => throw new NotSupportedException($"The layer '{layer.Spec.Name}' is a {layer.Spec.Op}."),
        };
    }

    private float[]? SlopesOf(Layer layer, SafeTensors file) => layer.Spec.Activation == Activation.PRelu
        ? QuantizedLayer.ReadFinite(file, $"{layer.Spec.Name}.slope", _network.Tensors[layer.Output].Channels) : null;
}

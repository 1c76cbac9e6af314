using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Calibration.Weights;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Goes through the layers in order with all calibration samples, the float network and the quantized one side by side, and
/// rounds each layer's weights on what it will really read.
/// </summary>
internal sealed class QuantizationWalk : IDisposable
{
    private readonly FloatNetwork _network;
    private readonly QuantizeOptions _options;
    private readonly Dictionary<string, LayerCodes> _codes;
    private readonly Dictionary<string, TwoSides> _tensors = [];
    private readonly Dictionary<string, int> _lastReader = [];
    private readonly SampleMemory _memory;
    private readonly Checkpoints? _checkpoints;
    private readonly int _samples;

    /// <summary>Starts at the input.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="samples">Inputs, height-width-channel order.</param>
    /// <param name="codes">The codes of "input" and of every layer.</param>
    /// <param name="options">How to round.</param>
    /// <param name="checkpoints">Where finished layers are kept and found; null for none.</param>
    /// <param name="channels">How the input's channels are encoded each in its own way; null where they are not.</param>
    public QuantizationWalk(
        FloatNetwork network,
        IReadOnlyList<float[]> samples,
        Dictionary<string, LayerCodes> codes,
        QuantizeOptions options,
        Checkpoints? checkpoints = null,
        ChannelInput? channels = null)
    {
        (_network, _codes, _options, _checkpoints, _samples) = (network, codes, options, checkpoints, samples.Count);
        _memory = new SampleMemory(options.SampleMemory);
        for (int i = 0; i < network.Layers.Count; i++)
        {
            foreach (string input in network.Layers[i].Spec.Inputs)
                _lastReader[input] = i;
        }

        int length = Shape.Of(network, "input").Length;
        LevelEncoder encoder = channels is null ? new(codes["input"].Code!.Spec) : new(channels, network.Channels);
        SampleTensor values = new(_samples, length, code: null, _memory), levels = new(_samples, length, encoder, _memory);
        for (int sample = 0; sample < _samples; sample++)
        {
            values.Store(sample, channels?.Scaled(samples[sample]) ?? samples[sample]);
            levels.Store(sample, samples[sample]);
        }

        _tensors["input"] = new TwoSides(values, levels, levels);
    }

    /// <summary>Does the next layer.</summary>
    /// <returns>Its quantized weights, and the output's signal-to-quantization-noise ratio in decibels.</returns>
    public (LayerWeights? Weights, double SqnrDb) Step(int index, int? weightBits)
    {
        FloatLayer layer = _network.Layers[index];
        LayerWeights? weights = null;
        if (weightBits is { } bits)
        {
            weights = _checkpoints?.Read(index, bits, layer.Bias.Length, layer.Weights.Length);
            if (weights is null)
            {
                weights = RoundWeights(layer, index, Geometry.Of(_network, layer), bits);
                weights = BiasGrid.Round(weights, _codes[layer.Spec.Inputs[0]].Code!.Spec);
                _checkpoints?.Write(index, weights);
            }
        }

        if (!_tensors.ContainsKey(layer.Spec.Name))
            Add(layer, weights);
        double sqnr = Sqnr(_tensors[layer.Spec.Name]);
        foreach (string input in layer.Spec.Inputs.Distinct())
        {
            if (_lastReader[input] == index && _tensors.Remove(input, out TwoSides? done))
                done.Dispose();
        }

        return (weights, sqnr);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TwoSides tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }

    private void Add(FloatLayer layer, LayerWeights? weights)
    {
        Geometry geometry = Geometry.Of(_network, layer);
        _tensors[layer.Spec.Name] = CodePlanner.Moves(layer.Spec.Op) ? Move(layer, geometry) : Compute(layer, geometry, weights);
    }

    /// <summary>A tensor if it has been computed, or can be without rounding weights.</summary>
    private TwoSides? Find(string name)
    {
        if (_tensors.TryGetValue(name, out TwoSides? tensor))
            return tensor;
        FloatLayer layer = _network.Layers.First(layer => layer.Spec.Name == name);
        if (CodePlanner.HasWeights(layer) || !layer.Spec.Inputs.All(input => Find(input) is not null))
            return null;
        Add(layer, null);
        return _tensors[name];
    }

    private LayerWeights RoundWeights(FloatLayer layer, int index, Geometry geometry, int bits)
    {
        if (_options.Rounding is RoundingMethod.Nearest or RoundingMethod.Range || layer.Spec.Groups > 1)
            return WeightQuantizer.Quantize(layer.Weights, layer.Bias, bits, ofRange: _options.Rounding == RoundingMethod.Range);
        if (layer.Spec.Op != LayerOp.Depthwise && geometry.Columns > SequentialRounding.MostInputs)
            return WeightQuantizer.Quantize(layer.Weights, layer.Bias, bits);
        FloatLayer? add = AddOf(layer);
        string? other = add?.Spec.Inputs.FirstOrDefault(name => name != layer.Spec.Name);
        TwoSides? addend = other is not null && _options.Recipe.Residual ? Find(other) : null;
        FloatLayer last = addend is null ? layer : add!;
        OutputRange range = OutputRange.Of(last.Spec.Activation, _codes[last.Spec.Name]);
        var samples = new LayerSamples(
            layer, geometry, _tensors[layer.Spec.Inputs[0]], addend, range, _options.Columns, unchecked((_options.Seed * 31) + index));
        return _options.Rounding == RoundingMethod.BiasCorrected
            ? BiasCorrection.Round(layer.Weights, layer.Bias, bits, samples)
            : SequentialRounding.Round(layer.Weights, bits, samples, _options.Recipe);
    }

    /// <summary>The addition that alone reads a layer's output, as it comes out of the product.</summary>
    private FloatLayer? AddOf(FloatLayer layer)
    {
        if (layer.Spec.Activation != Activation.None || layer.Spec.Name == _network.Output)
            return null;
        FloatLayer[] readers = [.. _network.Layers.Where(reader => reader.Spec.Inputs.Contains(layer.Spec.Name))];
        return readers is [{ Spec.Op: LayerOp.Add } add] && _codes[layer.Spec.Name] == LayerCodes.None ? add : null;
    }

    private TwoSides Compute(FloatLayer layer, Geometry geometry, LayerWeights? weights)
    {
        TwoSides[] inputs = [.. layer.Spec.Inputs.Select(name => _tensors[name])];
        Shape[] shapes = [.. layer.Spec.Inputs.Select(name => Shape.Of(_network, name))];
        LayerCodes codes = _codes[layer.Spec.Name];
        int length = Shape.Of(_network, layer.Spec.Name).Length;
        SampleTensor Room(Bottleneck? code) => new(_samples, length, code?.Spec, _memory);
        SampleTensor values = Room(null);
        SampleTensor? forProducts = codes.Code is null ? null : Room(codes.Code);
        SampleTensor forSums = codes.Skip is not null ? Room(codes.Skip) : forProducts ?? Room(null);
        float[] quantizedWeights = weights?.Dequantize() ?? [];
        Parallel.For(0, _samples, sample =>
        {
            float[][] exact = [.. inputs.Select(input => input.Float.Load(sample))];
            values.Store(sample, LayerSimulator.Run(layer, geometry, exact, shapes, layer.Weights, layer.Bias));
            float[][] read = [.. inputs.Select(input => (weights is null ? input.ForSums : input.ForProducts!).Load(sample))];
            float[] computed = LayerSimulator.Run(layer, geometry, read, shapes, quantizedWeights, weights?.Bias ?? []);
            forProducts?.Store(sample, computed);
            if (forSums != forProducts)
                forSums.Store(sample, computed);
        });
        return new TwoSides(values, forProducts, forSums);
    }

    private TwoSides Move(FloatLayer layer, Geometry geometry)
    {
        TwoSides input = _tensors[layer.Spec.Inputs[0]];
        Shape[] shapes = [geometry.Input];
        SampleTensor Moved(SampleTensor from)
        {
            SampleTensor to = from.Alike(geometry.Output.Length);
            Parallel.For(0, from.Count, sample => to.Store(sample, LayerSimulator.Run(layer, geometry, [from.Load(sample)], shapes, [], [])));
            return to;
        }

        SampleTensor? forProducts = input.ForProducts is null ? null : Moved(input.ForProducts);
        SampleTensor forSums = input.ForSums == input.ForProducts ? forProducts! : Moved(input.ForSums);
        return new TwoSides(Moved(input.Float), forProducts, forSums);
    }

    private static double Sqnr(TwoSides tensor)
    {
        SampleTensor quantized = tensor.ForProducts ?? tensor.ForSums;
        var energies = new (double Signal, double Noise)[tensor.Float.Count];
        Parallel.For(0, energies.Length, sample =>
        {
            float[] exact = tensor.Float.Load(sample), read = quantized.Load(sample);
            double signal = 0, noise = 0;
            for (int i = 0; i < exact.Length; i++)
            {
                double error = exact[i] - read[i];
                signal += (double)exact[i] * exact[i];
                noise += error * error;
            }

            energies[sample] = (signal, noise);
        });
        return 10 * Math.Log10(energies.Sum(energy => energy.Signal) / energies.Sum(energy => energy.Noise));
    }
}

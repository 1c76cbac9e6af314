using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Onnx.Import;
using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Calibration.Quantize;
using Tensor = BitKernelGen.Calibration.Allocation.PerturbedSession.Tensor;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>How far the network's outputs move when one layer's weights are rounded and all else stays float32.</summary>
internal sealed class WeightSensitivity
{
    private readonly FloatNetwork _network;
    private readonly Dictionary<string, Source> _sources = [];

    /// <param name="network">The float network.</param>
    public WeightSensitivity(FloatNetwork network)
    {
        _network = network;
        GraphProto graph = ModelProto.Parser.ParseFrom(network.Model).Graph;
        Dictionary<string, NodeProto> producers = graph.Node
            .SelectMany(node => node.Output.Select(output => (output, node))).ToDictionary(pair => pair.output, pair => pair.node);
        Dictionary<string, TensorProto> initializers = graph.Initializer.ToDictionary(tensor => tensor.Name);
        foreach (FloatLayer layer in network.Layers.Where(CodePlanner.HasWeights))
        {
            if (SourceOf(layer, producers, initializers) is { } source)
                _sources[layer.Spec.Name] = source;
        }
    }

    /// <summary>Measures.</summary>
    /// <param name="samples">Inputs, height-width-channel.</param>
    /// <param name="effort">At which bits, on how many of the samples.</param>
    /// <param name="distortions">For each layer with weights the squared error of 1 to 8 bits, relative to the weights' own energy.</param>
    /// <param name="progress">Told after every layer.</param>
    /// <returns>For each layer and 1 to 8 bits: Σ (change of the outputs)² / Σ output².</returns>
    public Dictionary<string, double[]> Measure(
        IReadOnlyList<float[]> samples,
        SensitivityEffort effort,
        IReadOnlyDictionary<string, double[]> distortions,
        IProgress<QuantizeProgress>? progress)
    {
        using var session = new PerturbedSession(
            _network, PerturbedModel.WithFeeds(_network, _sources.Values.Select(source => source.Weights).Distinct()), []);
        int size = session.FixedBatch ?? SensitivityEffort.BatchSize(_network);
        float[][][] batches = [.. SampleBatches.Spread(samples, effort.Samples, size, session.FixedBatch)];
        Tensor[] exact = [.. batches.Select(batch => session.Run(batch, new Dictionary<string, Tensor>(), [_network.OutputName])[0])];
        double energy = exact.Sum(outputs => outputs.Energy());
        var losses = new Dictionary<string, double[]>();
        foreach ((string name, double[] distortion) in distortions)
        {
            // A layer whose weights are not plainly in the file: a layer's share of noise is about what it adds itself.
            losses[name] = distortion;
            if (!_sources.TryGetValue(name, out Source? source) || energy <= 0)
                continue;
            var measured = new List<(int, double)>();
            foreach (int bits in effort.Bits)
            {
                var feeds = new Dictionary<string, Tensor> { [source.Weights.Name] = source.Rounded(bits) };
                double moved = batches.Select((batch, i) => session.Run(batch, feeds, [_network.OutputName])[0].SquaredDistance(exact[i])).Sum();
                measured.Add((bits, moved / energy));
            }

            losses[name] = LossCurve.Extend(distortion, measured);
            progress?.Report(new QuantizeProgress("sensitivity of weights", name, losses.Count, distortions.Count));
        }

        return losses;
    }

    /// <summary>Back from the layer's output to the node that multiplies.</summary>
    private static Source? SourceOf(FloatLayer layer, Dictionary<string, NodeProto> producers, Dictionary<string, TensorProto> initializers)
    {
        string tensor = layer.OnnxOutput;
        while (producers.TryGetValue(tensor, out NodeProto? node))
        {
            if (node.OpType is "Conv" or "Gemm" or "MatMul")
            {
                TensorProto? weights = null;
                bool isPlain = node.Input.Count > 1 && initializers.TryGetValue(node.Input[1], out weights)
                    && weights.Dims.Aggregate(1L, (a, b) => a * b) == layer.Weights.Length;
                if (!isPlain)
                    return null;
                bool rows = node.OpType == "Conv" || node.Attribute.Any(attribute => attribute.Name == "transB" && attribute.I != 0);
                return new Source(weights!, TensorData.Floats(node, weights!), rows);
            }

            string? before = node.Input.FirstOrDefault(input => producers.ContainsKey(input));
            if (before is null)
                return null;
            tensor = before;
        }

        return null;
    }

    /// <summary>A layer's weights in the model.</summary>
    /// <param name="Weights">The initializer.</param>
    /// <param name="Values">Its elements.</param>
    /// <param name="OutputsFirst">Whether the first dimension is the outputs; otherwise it is [inputs, outputs].</param>
    private sealed record Source(TensorProto Weights, float[] Values, bool OutputsFirst)
    {
        public Tensor Rounded(int bits)
        {
            int outputs = (int)Weights.Dims[OutputsFirst ? 0 : 1];
            float[] rows = OutputsFirst ? Values : Transpose(Values, outputs);
            float[] rounded = WeightQuantizer.Quantize(rows, new float[outputs], bits).Dequantize();
            return new Tensor(OutputsFirst ? rounded : Transpose(rounded, rounded.Length / outputs), [.. Weights.Dims]);
        }

        /// <summary>From [rows, columns] to [columns, rows].</summary>
        private static float[] Transpose(float[] values, int columns)
        {
            int rows = values.Length / columns;
            var result = new float[values.Length];
            for (int i = 0; i < values.Length; i++)
                result[(i % columns * rows) + (i / columns)] = values[i];
            return result;
        }
    }
}

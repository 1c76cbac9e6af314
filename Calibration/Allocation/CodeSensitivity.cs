using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Simulate;
using Tensor = BitKernelGen.Calibration.Allocation.PerturbedSession.Tensor;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>
/// How far the network's outputs move when one tensor is coded and all else stays float32: the real error of the code, as far as
/// the layers read it that multiply, is added to the tensor in ONNX Runtime.
/// </summary>
internal sealed class CodeSensitivity
{
    private readonly FloatNetwork _network;
    private readonly Dictionary<string, string[]> _points;
    private readonly bool _productsOnly;

    /// <param name="network">The float network.</param>
    /// <param name="tensors">The layers whose outputs have codes.</param>
    /// <param name="productsOnly">Whether sums read another code.</param>
    public CodeSensitivity(FloatNetwork network, IEnumerable<string> tensors, bool productsOnly)
    {
        (_network, _productsOnly) = (network, productsOnly);
        Dictionary<string, FloatLayer> layers = network.Layers.ToDictionary(layer => layer.Spec.Name);
        // Moves commute with codes, so that the error may be put in behind them, where only products read it.
        ILookup<string, string> read = network.Layers.Where(CodePlanner.HasWeights)
            .Select(layer => layer.Spec.Inputs[0]).Distinct().Where(layers.ContainsKey)
            .ToLookup(input => CodePlanner.CodeOwner(network, input), input => layers[input].OnnxOutput);
        _points = tensors.ToDictionary(name => name, name => productsOnly ? [.. read[name].Distinct()] : new[] { layers[name].OnnxOutput });
    }

    /// <summary>Measures.</summary>
    /// <param name="samples">Inputs, height-width-channel.</param>
    /// <param name="effort">At which bits, on how many of the samples.</param>
    /// <param name="curves">For each tensor the codes of 1 to 8 bits.</param>
    /// <param name="progress">Told after every tensor.</param>
    /// <returns>For each tensor and 1 to 8 bits: Σ (change of the outputs)² / Σ output².</returns>
    public Dictionary<string, double[]> Measure(
        IReadOnlyList<float[]> samples,
        SensitivityEffort effort,
        IReadOnlyDictionary<string, Bottleneck[]> curves,
        IProgress<QuantizeProgress>? progress)
    {
        string[] points = [.. _points.Values.SelectMany(names => names).Distinct()];
        using var session = new PerturbedSession(
            _network, PerturbedModel.WithErrors(_network, points, _productsOnly), points.Select(PerturbedModel.ErrorOf));
        string[] outputs = [_network.OutputName, .. points.Where(point => point != _network.OutputName)];
        Dictionary<string, double[]> moved = _points.Keys.ToDictionary(name => name, _ => new double[effort.Bits.Length]);
        double energy = 0;
        int size = session.FixedBatch ?? SensitivityEffort.BatchSize(_network);
        float[][][] batches = [.. SampleBatches.Spread(samples, effort.Samples, size, session.FixedBatch)];
        int done = 0;
        foreach (float[][] batch in batches)
        {
            Tensor[] exact = session.Run(batch, new Dictionary<string, Tensor>(), outputs);
            Dictionary<string, Tensor> values = outputs.Zip(exact).ToDictionary(pair => pair.First, pair => pair.Second);
            energy += exact[0].Energy();
            foreach ((string name, string[] at) in _points)
            {
                for (int i = 0; i < effort.Bits.Length; i++)
                {
                    Bottleneck code = curves[name][effort.Bits[i] - 1];
                    Dictionary<string, Tensor> errors = at.ToDictionary(PerturbedModel.ErrorOf, point => ErrorOf(values[point], code));
                    moved[name][i] += session.Run(batch, errors, [_network.OutputName])[0].SquaredDistance(exact[0]);
                }

                progress?.Report(new QuantizeProgress("sensitivity", name, ++done, batches.Length * _points.Count));
            }
        }

        return moved.ToDictionary(
            pair => pair.Key,
            pair => LossCurve.Extend(
                [.. curves[pair.Key].Select(code => code.Distortion)],
                [.. effort.Bits.Select((bits, i) => (bits, energy > 0 ? pair.Value[i] / energy : 0))]));
    }

    private static Tensor ErrorOf(Tensor exact, Bottleneck code)
    {
        var encoder = new LevelEncoder(code.Spec);
        float[] coded = encoder.Decode(encoder.Encode(exact.Values));
        for (int i = 0; i < coded.Length; i++)
            coded[i] -= exact.Values[i];
        return new Tensor(coded, exact.Dims);
    }
}

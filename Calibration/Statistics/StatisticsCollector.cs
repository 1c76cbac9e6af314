using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Calibration.Statistics;

/// <summary>Runs the float network over samples and keeps a histogram of every tensor that gets a code.</summary>
public static class StatisticsCollector
{
    /// <summary>Collects; the histogram of the input is under "input", those of layers under their names.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="samples">Inputs, height-width-channel order.</param>
    /// <param name="plan">Which tensors get codes.</param>
    /// <param name="withInput">Whether the input is wanted.</param>
    /// <param name="progress">Told after every batch.</param>
    public static IReadOnlyDictionary<string, Histogram> Collect(
        FloatNetwork network, IReadOnlyList<float[]> samples, CodePlan plan, bool withInput, IProgress<QuantizeProgress>? progress)
    {
        var wanted = new Dictionary<string, Histogram>();
        for (int i = 0; i < network.Layers.Count; i++)
        {
            if (plan.Layers[i].CodeBits is not null || plan.Layers[i].SkipBits is not null)
                wanted[network.Layers[i].Spec.Name] = new Histogram();
        }

        string[] names = [.. wanted.Keys];
        Dictionary<string, string> outputs = network.Layers.ToDictionary(layer => layer.Spec.Name, layer => layer.OnnxOutput);
        using var runner = new FloatRunner(network, [.. names.Select(name => outputs[name])]);
        if (withInput)
        {
            wanted["input"] = new Histogram();
            foreach (float[] sample in samples)
                wanted["input"].Add(sample);
        }

        int done = 0;
        foreach (float[][] batch in samples.Chunk(runner.BatchSize))
        {
            runner.Run(batch, (tensor, values) => wanted[names[tensor]].Add(values));
            done += batch.Length;
            progress?.Report(new QuantizeProgress("statistics", "", done, samples.Count));
        }

        return wanted;
    }
}

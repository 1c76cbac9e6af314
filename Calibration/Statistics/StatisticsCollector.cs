using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Calibration.Statistics;

/// <summary>Runs the float network over samples, a batch at a time, and keeps statistics of every tensor that gets a code.</summary>
public static class StatisticsCollector
{
    /// <summary>The name of the network's input among tensors.</summary>
    public const string Input = "input";

    /// <summary>Options with what the data decide: raw bytes are normalised, by 0 and 1 where nothing is said.</summary>
    public static QuantizeOptions Complete(QuantizeOptions options, FloatNetwork network, DataSource data) => options with
    {
        Normalization = options.Normalization ?? (data.IsBytes ? Normalizer.Create(network.Channels) : null),
        Order = data.Order,
    };

    /// <summary>The tensors whose statistics are wanted: the input where it is no bytes, and layers with a code of their own.</summary>
    public static IReadOnlyList<string> Tensors(FloatNetwork network, CodePlan plan, QuantizeOptions options)
    {
        IEnumerable<string> coded = network.Layers.Zip(plan.Layers)
            .Where(pair => pair.Second.CodeBits is not null || pair.Second.SkipBits is not null)
            .Select(pair => pair.First.Spec.Name);
        return [.. options.Normalization is null ? [Input] : Array.Empty<string>(), .. coded];
    }

    /// <summary>Collects over one part of the samples of a data set.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="data">The data set.</param>
    /// <param name="options">Which samples, and what is wanted of them.</param>
    /// <param name="shard">The part, 1 to <paramref name="shards"/>.</param>
    /// <param name="shards">Parts that samples are dealt out to in turn.</param>
    /// <param name="progress">Told after every batch.</param>
    public static ModelStatistics Collect(
        FloatNetwork network, DataSource data, QuantizeOptions options, int shard, int shards, IProgress<QuantizeProgress>? progress = null)
    {
        options = Complete(options, network, data);
        return Collect(
            network, CalibrationSamples.Of(network, data, options, shard, shards), CodePlanner.Plan(network, options), options, progress);
    }

    /// <summary>Collects. What is in memory does not depend on the number of samples.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="samples">Inputs, height-width-channel order; gone through once.</param>
    /// <param name="plan">Which tensors get codes.</param>
    /// <param name="options">How samples were made.</param>
    /// <param name="progress">Told after every batch.</param>
    public static ModelStatistics Collect(
        FloatNetwork network, IReadOnlyCollection<float[]> samples, CodePlan plan, QuantizeOptions options, IProgress<QuantizeProgress>? progress)
    {
        var statistics = ModelStatistics.Empty(network, options, Tensors(network, plan, options));
        string[] names = [.. statistics.Tensors.Keys.Where(name => name != Input)];
        Dictionary<string, FloatLayer> layers = network.Layers.ToDictionary(layer => layer.Spec.Name);
        using var runner = new FloatRunner(network, [.. names.Select(name => layers[name].OnnxOutput)]);
        TensorStatistics? input = statistics.Tensors.GetValueOrDefault(Input);
        foreach (float[][] batch in samples.Chunk(runner.BatchSize))
        {
            foreach (float[] sample in input is null ? [] : batch)
                input!.Add(sample, 1);
            if (names.Length > 0)
                runner.Run(batch, (tensor, values) => statistics.Tensors[names[tensor]].Add(layers[names[tensor]].FromOnnx(values), batch.Length));
            statistics.CountSamples(batch.Length);
            progress?.Report(new QuantizeProgress("statistics", "", (int)statistics.Samples, samples.Count));
        }

        return statistics;
    }
}

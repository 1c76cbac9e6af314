using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>What is known of a tensor before bits are chosen.</summary>
/// <param name="Name">The layer whose output it is, or "input".</param>
/// <param name="Elements">Its elements in one sample.</param>
/// <param name="Statistics">How its values are spread.</param>
/// <param name="Values">The same, ready for fitting codes.</param>
/// <param name="Curve">The best bottlenecks.</param>
public sealed record TensorFit(
    string Name, int Elements, TensorStatistics Statistics, CumulativeHistogram Values, RateDistortionCurve Curve)
{
    /// <summary>Solves for every tensor that gets a code, on all processors.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="statistics">Its statistics.</param>
    /// <param name="plan">Which tensors get codes.</param>
    /// <param name="options">How levels may lie.</param>
    /// <returns>The input first, where it is no bytes, then layers in order.</returns>
    /// <exception cref="StatisticsException">The statistics are not of this network, its input and these tensors.</exception>
    public static IReadOnlyList<TensorFit> Of(FloatNetwork network, ModelStatistics statistics, CodePlan plan, QuantizeOptions options)
    {
        IReadOnlyList<string> names = StatisticsCollector.Tensors(network, plan, options);
        statistics.RequireFit(network, options, names);
        return [.. names.AsParallel().AsOrdered().Select(name =>
        {
            TensorStatistics tensor = statistics.Tensors[name];
            var values = new CumulativeHistogram(tensor.Values);
            LevelSpacing spacing = name == StatisticsCollector.Input ? LevelSpacing.Even : options.Levels;
            return new TensorFit(name, Shape.Of(network, name).Length, tensor, values, BottleneckSolver.Solve(values, spacing));
        })];
    }

    /// <summary>For people.</summary>
    public TensorReport ToReport(LayerCodes codes) => new(Name, Elements, Statistics.Values.Summarize(), Curve, codes);
}

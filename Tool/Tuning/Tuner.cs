extern alias generator;
using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using BitKernelGen.Execution;
using BitKernelGen.Profiles;
using generator::BitKernelGen.Generator.Planning;
using Layer = generator::BitKernelGen.Profiles.Layer;
using Network = generator::BitKernelGen.Profiles.Network;
using ProfileReader = generator::BitKernelGen.Profiles.ProfileReader;

namespace BitKernelGen.Tool.Tuning;

/// <summary>
/// Measures every strategy that a network's layers can have, in runs of the whole network that take turns, and plans again with what
/// was measured in the cost model's place.
/// </summary>
internal static class Tuner
{
    private const int MinRounds = 20;
    private const int MaxRounds = 400;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(8);

    /// <summary>Tunes a profile for this machine.</summary>
    /// <param name="profile">The profile; what it pins is measured against the rest.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <returns>What was measured, and what to pin.</returns>
    public static TunedProfile Tune(ProfileFile profile, IProgress<StageProgress> progress)
    {
        Isa isa = Avx512Vbmi.IsSupported ? Isa.Vbmi : Isa.All.Single(isa => isa.Display == Machine.InstructionSet);
        string free = ProfileEditor.Pin(profile.Text, profile.Network.Layers.ToDictionary(layer => layer.Spec.Name, _ => "auto"));
        Network network = NetworkOf(free);
        Plan predicted = Planner.Plan(network);
        Dictionary<string, string[]> alternatives = network.Layers
            .ToDictionary(layer => layer.Spec.Name, layer => StrategyChooser.Alternatives(network, layer, isa).Select(strategy => strategy.Name).ToArray());

        // One network for each strategy: its layers that can have it do.
        string[] strategies = [.. alternatives.Values.SelectMany(names => names).Distinct()];
        var variants = new List<LayerTimes>();
        try
        {
            foreach (string strategy in strategies)
            {
                progress.Report(new StageProgress("compiling", (double)variants.Count / strategies.Length));
                string text = ProfileEditor.Pin(free, alternatives.ToDictionary(
                    pair => pair.Key, pair => pair.Value.Contains(strategy) ? strategy : pair.Value.FirstOrDefault() ?? "auto"));
                variants.Add(new LayerTimes(text, profile.Path, profile.WeightsPath));
            }

            Dictionary<(string Layer, string Strategy), double> times = Measure(variants, isa, progress);
            Plan tuned = Planner.Plan(network, (strategy, layer, output) =>
                isa.Runs(strategy.Isa) ? times[(layer.Spec.Name, strategy.Name)] : CostModel.Cycles(strategy, layer, output));
            return new TunedProfile(free, isa.Display,
            [
                .. predicted.Weighted.Where(step => step.Kernel is ProductKernel).Select(step => new TunedLayer(
                    step.Layer.Spec.Name,
                    StrategyOf(predicted, step.Layer, isa),
                    StrategyOf(tuned, step.Layer, isa),
                    CostModel.Cycles(predicted, step.Layer, isa),
                    [.. alternatives[step.Layer.Spec.Name].Select(name => new MeasuredStrategy(name, times[(step.Layer.Spec.Name, name)]))])),
            ]);
        }
        finally
        {
            variants.ForEach(variant => variant.Dispose());
        }
    }

    /// <summary>
    /// The lower quartile of each step over the rounds: neither an interruption nor a lucky run decides it.
    /// </summary>
    private static Dictionary<(string Layer, string Strategy), double> Measure(List<LayerTimes> variants, Isa isa, IProgress<StageProgress> progress)
    {
        var rounds = variants.ConvertAll(_ => new List<double[]>());
        long start = Stopwatch.GetTimestamp();
        for (int warmUp = 0; warmUp < 3; warmUp++)
            variants.ForEach(variant => variant.Run());
        for (int round = 0; round < MaxRounds && (round < MinRounds || Stopwatch.GetElapsedTime(start) < LongEnough); round++)
        {
            for (int i = 0; i < variants.Count; i++)
                rounds[i].Add(variants[i].Run());
            progress.Report(new StageProgress("timing", Math.Min(1, Stopwatch.GetElapsedTime(start) / LongEnough)));
        }

        var times = new Dictionary<(string, string), double>();
        for (int i = 0; i < variants.Count; i++)
        {
            // The planes of a code are steps of one layer.
            foreach (IGrouping<Layer, int> steps in Enumerable.Range(0, variants[i].Plan.Steps.Count)
                .Where(index => variants[i].Plan.Steps[index].Kernel is ProductKernel).GroupBy(index => variants[i].Plan.Steps[index].Layer))
            {
                double[] sorted = [.. rounds[i].Select(run => steps.Sum(index => run[index])).Order()];
                (string, string) key = (steps.Key.Spec.Name, StrategyOf(variants[i].Plan, steps.Key, isa));
                times[key] = Math.Min(sorted[sorted.Length / 4], times.GetValueOrDefault(key, double.MaxValue));
            }
        }

        return times;
    }

    private static string StrategyOf(Plan plan, Layer layer, Isa isa) =>
        ((ProductKernel)plan.Steps.First(step => step.Layer.Index == layer.Index && step.Kernel is ProductKernel).Kernel).Strategy(isa).Name;

    private static Network NetworkOf(string text) => ProfileReader.Read(text).Network ?? throw new InvalidOperationException("The profile has errors.");
}

/// <summary>What tuning found.</summary>
/// <param name="Text">The profile without pins.</param>
/// <param name="InstructionSet">What the kernels use.</param>
/// <param name="Layers">Layers with products that are not gathered.</param>
internal sealed record TunedProfile(string Text, string InstructionSet, IReadOnlyList<TunedLayer> Layers)
{
    /// <summary>The profile with every layer that has a choice pinned to what was found.</summary>
    public string Pin() => ProfileEditor.Pin(
        Text, Layers.Where(layer => layer.Measured.Count > 1).ToDictionary(layer => layer.Name, layer => layer.Tuned));
}

/// <summary>A layer's strategies.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Predicted">What the cost model chooses.</param>
/// <param name="Tuned">What measuring chooses.</param>
/// <param name="Cycles">What the cost model expects of its choice.</param>
/// <param name="Measured">What each takes.</param>
internal sealed record TunedLayer(string Name, string Predicted, string Tuned, long Cycles, IReadOnlyList<MeasuredStrategy> Measured)
{
    /// <summary>Microseconds of a strategy.</summary>
    public double Us(string strategy) => Measured.Single(measured => measured.Strategy == strategy).Us;
}

/// <summary>A strategy and its time.</summary>
/// <param name="Strategy">Its name in a profile.</param>
/// <param name="Us">Microseconds of the layer in a run of the whole network.</param>
internal sealed record MeasuredStrategy(string Strategy, double Us);

using BitKernelGen.Fuzz.Targets;

namespace BitKernelGen.Fuzz;

/// <summary>All targets.</summary>
internal static class AllTargets
{
    public static IReadOnlyList<FuzzTarget> List { get; } =
    [
        new ProfileTarget(), new GeneratorTarget(),
        new SafeTensorsTarget(), new WeightsTarget("weights", FuzzNetwork.Fast), new WeightsTarget("weights-small", FuzzNetwork.Small),
        new IdxTarget(isCompressed: false), new IdxTarget(isCompressed: true), new NpyTarget(), new Cifar10Target(), new ImageTarget(), new LabelsTarget(),
        new OnnxTarget(),
        new StatisticsTarget(), new RecordTarget(), new CheckpointTarget(),
    ];

    public static FuzzTarget Find(string name) => List.FirstOrDefault(target => target.Name == name)
        ?? throw new ArgumentException($"There is no target '{name}': {string.Join(", ", List.Select(target => target.Name))}.");
}

using BitKernelGen.Tool.Tuning;

namespace BitKernelGen.Tool.Reports;

/// <summary>What tuning found, in microseconds of the layers with products.</summary>
/// <param name="InstructionSet">What the kernels use.</param>
/// <param name="PredictedUs">As the cost model chooses.</param>
/// <param name="TunedUs">As measuring chooses.</param>
/// <param name="Layers">Layer by layer.</param>
internal sealed record TuningReport(string InstructionSet, double PredictedUs, double TunedUs, IReadOnlyList<TunedLayer> Layers)
{
    public static TuningReport Of(TunedProfile tuned) => new(
        tuned.InstructionSet, tuned.Layers.Sum(layer => layer.Us(layer.Predicted)), tuned.Layers.Sum(layer => layer.Us(layer.Tuned)), tuned.Layers);
}

extern alias generator;
using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using generator::BitKernelGen.Generator.Planning;

namespace BitKernelGen.Tool.Planning;

/// <summary>
/// Cycles of each layer at any bits, by the generator's own cost model on AVX-512. Weights are not known yet, so that the worst case of
/// their bits decides how they accumulate: good for saying which of two layers gains more by fewer bits.
/// </summary>
internal sealed class PredictedCycles
{
    private const int MaxBits = 8;
    private readonly Dictionary<(string Layer, int WeightBits, int CodeBits), double> _cycles = [];

    private PredictedCycles()
    {
    }

    /// <summary>The budget of a time.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="options">What is to be planned for.</param>
    /// <param name="microseconds">For one sample on one thread.</param>
    /// <param name="gigahertz">The clock that turns it into cycles.</param>
    public static TimeBudget Budget(FloatNetwork network, QuantizeOptions options, double microseconds, double gigahertz)
    {
        var predicted = new PredictedCycles();
        for (int codeBits = 1; codeBits <= MaxBits; codeBits++)
        {
            for (int weightBits = 1; weightBits <= MaxBits; weightBits++)
                predicted.Add(DraftProfile.PlanOf(network, options, weightBits, codeBits), weightBits, codeBits);
        }

        return new TimeBudget(microseconds * gigahertz * 1000, (layer, weightBits, codeBits) =>
            predicted._cycles.GetValueOrDefault((layer.Spec.Name, weightBits, codeBits)));
    }

    private void Add(Plan plan, int weightBits, int codeBits)
    {
        foreach (IGrouping<string, Step> steps in plan.Steps.GroupBy(step => step.Layer.Spec.Name))
        {
            // Of a layer without weights: it hardly matters at which bits.
            (string, int, int) key = steps.First().Layer.Spec.Weight is null ? (steps.Key, 0, 0) : (steps.Key, weightBits, codeBits);
            _cycles[key] = steps.Sum(step => CostModel.Cycles(step, Isa.Avx512, plan.Network));
        }
    }
}

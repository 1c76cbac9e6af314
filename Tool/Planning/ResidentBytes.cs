extern alias generator;
using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using generator::BitKernelGen.Generator.Planning;

namespace BitKernelGen.Tool.Planning;

/// <summary>
/// What the generator's plan keeps resident: the largest of all instruction sets, so that a budget holds wherever the model runs.
/// </summary>
internal sealed class ResidentBytes
{
    private const int MaxBits = 8;
    private readonly Dictionary<(string Layer, int WeightBits), long> _layers = [];
    private long _workspace;

    private ResidentBytes()
    {
    }

    /// <summary>The budget's part that allocation needs.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="options">Bits of codes: fixed ones, or a rate.</param>
    /// <param name="bytes">In all.</param>
    public static ByteBudget Budget(FloatNetwork network, QuantizeOptions options, long bytes)
    {
        var resident = new ResidentBytes();
        // Scratch depends on the codes' bits a little; with a rate they are not known yet.
        foreach (int codeBits in options.Rate is null ? [options.Bits] : Enumerable.Range(1, MaxBits))
        {
            for (int weightBits = 1; weightBits <= MaxBits; weightBits++)
                resident.Add(DraftProfile.PlanOf(network, options, weightBits, codeBits), weightBits);
        }

        return new ByteBudget(bytes, resident._workspace, (layer, weightBits) => resident._layers[(layer.Spec.Name, weightBits)]);
    }

    private void Add(Plan plan, int weightBits)
    {
        _workspace = Math.Max(_workspace, Isa.Machines.Max(isa => plan.WorkspaceBytes(isa)));
        foreach (Step step in plan.Weighted)
        {
            (string, int) key = (step.Layer.Spec.Name, weightBits);
            _layers[key] = Math.Max(_layers.GetValueOrDefault(key), Isa.Machines.Max(isa => (long)step.WeightBytes(isa)));
        }
    }
}

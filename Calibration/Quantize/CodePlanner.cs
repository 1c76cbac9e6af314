using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Decides which tensors get codes. What is multiplied gets a code of the bits asked for; what is summed keeps eight bits, beside
/// that code or alone; an operand that its addition can take from the accumulator stays float32, as does the output.
/// </summary>
public static class CodePlanner
{
    private const int FullBits = 8;

    /// <summary>Plans a network.</summary>
    public static CodePlan Plan(FloatNetwork network, QuantizeOptions options)
    {
        Dictionary<string, Uses> uses = UsesOf(network);
        HashSet<string> fused = FusedOperands(network);
        string? first = network.Layers.FirstOrDefault(HasWeights)?.Spec.Name;
        string? last = network.Layers.LastOrDefault(HasWeights)?.Spec.Name;
        var plans = new List<LayerPlan>();
        foreach (FloatLayer layer in network.Layers)
        {
            LayerSpec spec = layer.Spec;
            bool moves = Moves(spec.Op);
            Uses read = moves ? Uses.None : uses.GetValueOrDefault(spec.Name);
            int? code = read.HasFlag(Uses.Multiplied) ? CodeBits(spec, options) : null;
            bool needsSkip = read.HasFlag(Uses.Summed) && !fused.Contains(spec.Name) && code != FullBits;
            int? weight = null;
            if (HasWeights(layer))
                weight = spec.Name == first || spec.Name == last ? Math.Max(options.EdgeWeightBits, options.WeightBits) : options.WeightBits;
            plans.Add(new LayerPlan(code, needsSkip ? FullBits : null, weight, moves));
        }

        return new CodePlan(plans);
    }

    /// <summary>Whether a layer has weights.</summary>
    internal static bool HasWeights(FloatLayer layer) => layer.Spec.Op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.Dense;

    /// <summary>Whether a layer moves levels, so that its output has its input's codes.</summary>
    internal static bool Moves(LayerOp op) => op is LayerOp.MaxPool or LayerOp.Flatten or LayerOp.Subsample or LayerOp.PadChannels;

    private static int CodeBits(LayerSpec spec, QuantizeOptions options)
    {
        if (options.LayerBits.TryGetValue(spec.Name, out int bits))
            return bits;
        // An average over all positions has few elements and decides the classes.
        return spec.Op == LayerOp.GlobalAvgPool ? FullBits : options.Bits;
    }

    private static Dictionary<string, Uses> UsesOf(FloatNetwork network)
    {
        var uses = new Dictionary<string, Uses>();
        foreach (FloatLayer layer in network.Layers.Reverse())
        {
            LayerSpec spec = layer.Spec;
            Uses use = spec.Op switch
            {
                LayerOp.Conv or LayerOp.Depthwise or LayerOp.Dense => Uses.Multiplied,
                LayerOp.Add or LayerOp.AvgPool or LayerOp.GlobalAvgPool or LayerOp.Concat => Uses.Summed,
                _ => uses.GetValueOrDefault(spec.Name),
            };
            foreach (string input in spec.Inputs)
                uses[input] = uses.GetValueOrDefault(input) | use;
        }

        return uses;
    }

    /// <summary>For each addition the latest operand that is a bare product read by nothing else.</summary>
    private static HashSet<string> FusedOperands(FloatNetwork network)
    {
        var readers = new Dictionary<string, int>();
        foreach (string input in network.Layers.SelectMany(layer => layer.Spec.Inputs).Append(network.Output))
            readers[input] = readers.GetValueOrDefault(input) + 1;
        var fused = new HashSet<string>();
        foreach (FloatLayer add in network.Layers.Where(layer => layer.Spec.Op == LayerOp.Add))
        {
            FloatLayer? operand = network.Layers.LastOrDefault(layer =>
                add.Spec.Inputs.Contains(layer.Spec.Name)
                && HasWeights(layer)
                && layer.Spec.Activation == Activation.None
                && readers[layer.Spec.Name] == 1);
            if (operand is not null)
                fused.Add(operand.Spec.Name);
        }

        return fused;
    }

    [Flags]
    private enum Uses
    {
        None = 0,
        Multiplied = 1,
        Summed = 2,
    }
}

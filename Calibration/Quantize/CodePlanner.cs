using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Decides which tensors get codes. What is multiplied gets a code of the bits asked for; what is summed keeps the skip's bits, beside
/// that code where they are more, or alone; an operand that its addition can take from the accumulator stays float32, as does the
/// output.
/// </summary>
public static class CodePlanner
{
    /// <summary>Bits of the input's code.</summary>
    internal const int InputBits = 8;

    private const int FullBits = 8;

    internal const int FineBits = 6;

    /// <summary>Plans a network.</summary>
    public static CodePlan Plan(FloatNetwork network, QuantizeOptions options)
    {
        Dictionary<string, Uses> uses = UsesOf(network);
        HashSet<string> fused = FusedOperands(network);
        var plans = new List<LayerPlan>();
        foreach (FloatLayer layer in network.Layers)
        {
            LayerSpec spec = layer.Spec;
            bool moves = Moves(spec.Op);
            Uses read = moves ? Uses.None : uses.GetValueOrDefault(spec.Name);
            int? code = read.HasFlag(Uses.Multiplied) ? CodeBits(spec, options) : null;
            bool staysFloat = fused.Contains(spec.Name) || (HasFineCodes(options) && options.SkipBits == FullBits && IsOnlyAdded(network, spec.Name));
            int? skip = read.HasFlag(Uses.Summed) && !staysFloat ? SkipBits(code, options) : null;
            int? weight = HasWeights(layer) ? WeightBits(network, layer, options) : null;
            plans.Add(new LayerPlan(code, skip, weight, moves));
        }

        return new CodePlan(plans);
    }

    /// <summary>Whether a layer has weights.</summary>
    internal static bool HasWeights(FloatLayer layer) => layer.Spec.Op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.Dense;

    /// <summary>Whether a layer moves levels, so that its output has its input's codes.</summary>
    internal static bool Moves(LayerOp op) => LayerRules.KeepsCodes(op);

    /// <summary>Whether a layer is the first or the last with weights.</summary>
    internal static bool IsEdge(FloatNetwork network, FloatLayer layer) =>
        layer == network.Layers.First(HasWeights) || layer == network.Layers.Last(HasWeights);

    /// <summary>The layer whose codes a tensor has: itself, or what its moves began with. "input" for the input.</summary>
    internal static string CodeOwner(FloatNetwork network, string tensor)
    {
        while (network.Layers.FirstOrDefault(layer => layer.Spec.Name == tensor) is { } layer && Moves(layer.Spec.Op))
            tensor = layer.Spec.Inputs[0];
        return tensor;
    }

    private static int CodeBits(LayerSpec spec, QuantizeOptions options)
    {
        if (options.LayerBits.TryGetValue(spec.Name, out int bits))
            return bits;
        // An average over all positions has few elements and decides the classes.
        return spec.Op == LayerOp.GlobalAvgPool ? FullBits : options.Bits;
    }

    /// <summary>A code for sums beside one for products only where it has more bits; with 0 they share that one.</summary>
    private static int? SkipBits(int? code, QuantizeOptions options)
    {
        if (options.SkipBits == 0)
            return code is null ? FullBits : null;
        return code is null || code < options.SkipBits ? options.SkipBits : null;
    }

    /// <summary>Whether all codes are so fine that what loses little elsewhere shows beside them.</summary>
    internal static bool HasFineCodes(QuantizeOptions options) => options is { Bits: >= FineBits, Rate: null, Time: null };

    /// <summary>
    /// A projection's output, as a rule: it takes both signs and reaches far, so that beside fine codes eight bits of it would be the
    /// network's largest error. Additions can read float32; pools and concatenations read levels.
    /// </summary>
    private static bool IsOnlyAdded(FloatNetwork network, string tensor) =>
        tensor != network.Output
        && network.Layers.Where(layer => layer.Spec.Inputs.Contains(tensor)).All(layer => layer.Spec.Op == LayerOp.Add);

    private static int WeightBits(FloatNetwork network, FloatLayer layer, QuantizeOptions options)
    {
        if (options.LayerWeightBits.TryGetValue(layer.Spec.Name, out int bits))
            return bits;
        return IsEdge(network, layer) ? Math.Max(options.EdgeWeightBits, options.WeightBits) : options.WeightBits;
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
                LayerOp.Add or LayerOp.Mul or LayerOp.AvgPool or LayerOp.GlobalAvgPool or LayerOp.Concat => Uses.Summed,
                LayerOp.Softmax => Uses.None,
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

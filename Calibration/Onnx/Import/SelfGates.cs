using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>
/// Activations that exporters write as several nodes, x times a function of x: SiLU with Sigmoid, HardSwish with HardSigmoid or with
/// Add 3, Clip 0 … 6 and a division by 6. They become one node each, for the import only.
/// </summary>
internal sealed class SelfGates
{
    /// <summary>The operator that x · sigmoid(x) becomes.</summary>
    public const string Swish = "Swish";

    private const double Near = 1e-5;

    private readonly GraphProto _graph;
    private readonly Dictionary<string, NodeProto> _producers = [];
    private readonly Dictionary<string, int> _reads = [];
    private readonly Dictionary<string, TensorProto> _constants = [];
    private readonly HashSet<NodeProto> _joined = new(ReferenceEqualityComparer.Instance);

    private SelfGates(GraphProto graph)
    {
        _graph = graph;
        foreach (TensorProto constant in graph.Initializer)
            _constants.TryAdd(constant.Name, constant);
        foreach (NodeProto node in graph.Node)
        {
            foreach (string input in node.Input)
                _reads[input] = _reads.GetValueOrDefault(input) + 1;
            if (node.Output.Count != 1 || !OnnxModelReader.IsStandardDomain(node.Domain))
                continue;
            _producers.TryAdd(node.Output[0], node);
            if (node.OpType == "Constant" && node.Attribute.FirstOrDefault(a => a.Name == "value")?.T is { } value)
                _constants.TryAdd(node.Output[0], value);
        }

        foreach (ValueInfoProto output in graph.Output)
            _reads[output.Name] = _reads.GetValueOrDefault(output.Name) + 1;
    }

    public static void Join(GraphProto graph) => new SelfGates(graph).Join();

    private void Join()
    {
        for (int i = _graph.Node.Count - 1; i >= 0; i--)
        {
            NodeProto node = _graph.Node[i];
            if (_joined.Contains(node) || node.Output.Count != 1 || !OnnxModelReader.IsStandardDomain(node.Domain))
                continue;
            if (Match(node) is var (op, x, parts))
            {
                _joined.UnionWith(parts);
                _graph.Node[i] = new NodeProto { OpType = op, Name = node.Name, Input = { x }, Output = { node.Output[0] } };
            }
        }

        NodeProto[] kept = [.. _graph.Node.Where(node => !_joined.Contains(node))];
        _graph.Node.Clear();
        _graph.Node.Add(kept);
    }

    private (string Op, string X, NodeProto[] Parts)? Match(NodeProto node)
    {
        // x · (clip · 1/6), x · (clip / 6), x · HardSigmoid(x), x · Sigmoid(x)
        foreach ((string x, string gate) in Operands(node, "Mul"))
        {
            if (Inner(gate, "Sigmoid") is { } sigmoid && sigmoid.Input[0] == x)
                return (Swish, x, [sigmoid]);
            if (Inner(gate, "HardSigmoid") is { } hard && hard.Input[0] == x
                && IsNear(hard.Attribute.FirstOrDefault(a => a.Name == "alpha")?.F ?? 0.2, 1 / 6.0)
                && IsNear(hard.Attribute.FirstOrDefault(a => a.Name == "beta")?.F ?? 0.5, 0.5))
                return ("HardSwish", x, [hard]);
            if (Sixth(gate) is { } sixth && Clipped(sixth.Of, x) is { } parts)
                return ("HardSwish", x, [sixth.Node, .. parts]);
        }

        // (x · clip) / 6
        if (Sixth(node) is { } last && Inner(last.Of, "Mul") is { } product)
        {
            foreach ((string x, string gate) in Operands(product, "Mul"))
            {
                if (Clipped(gate, x) is { } parts)
                    return ("HardSwish", x, [product, .. parts]);
            }
        }

        return null;
    }

    /// <summary>The nodes of Clip(x + 3, 0, 6), if that is what a tensor is.</summary>
    private NodeProto[]? Clipped(string tensor, string x)
    {
        if (Inner(tensor, "Clip") is not { Input.Count: 3 } clip || !IsNear(Scalar(clip.Input[1]), 0) || !IsNear(Scalar(clip.Input[2]), 6))
            return null;
        return Inner(clip.Input[0], "Add") is { } sum && Operands(sum, "Add").Any(pair => pair.X == x && IsNear(Scalar(pair.Other), 3))
            ? [clip, sum] : null;
    }

    private (NodeProto Node, string Of)? Sixth(string tensor) => (Inner(tensor, "Div") ?? Inner(tensor, "Mul")) is { } node ? Sixth(node) : null;

    /// <summary>What a node is a sixth of.</summary>
    private (NodeProto Node, string Of)? Sixth(NodeProto node)
    {
        if (node is { OpType: "Div", Input.Count: 2 } && IsNear(Scalar(node.Input[1]), 6))
            return (node, node.Input[0]);
        foreach ((string x, string other) in Operands(node, "Mul"))
        {
            if (IsNear(Scalar(other), 1 / 6.0))
                return (node, x);
        }

        return null;
    }

    /// <summary>The node that computes a tensor which nobody else reads.</summary>
    private NodeProto? Inner(string tensor, string op) =>
        _producers.TryGetValue(tensor, out NodeProto? node) && node.OpType == op && node.Input.Count > 0 && _reads.GetValueOrDefault(tensor) == 1 ? node : null;

    private static (string X, string Other)[] Operands(NodeProto node, string op) =>
        node.OpType == op && node.Input.Count == 2 ? [(node.Input[0], node.Input[1]), (node.Input[1], node.Input[0])] : [];

    private double Scalar(string tensor)
    {
        if (!_constants.TryGetValue(tensor, out TensorProto? constant) || constant.DataType != (int)TensorProto.Types.DataType.Float)
            return double.NaN;
        return constant.RawData.Length == sizeof(float) ? BitConverter.ToSingle(constant.RawData.Span)
            : constant.RawData.Length == 0 && constant.FloatData.Count == 1 ? constant.FloatData[0]
            : double.NaN;
    }

    private static bool IsNear(double value, double wanted) => Math.Abs(value - wanted) < Near;
}

using BitKernelGen.Calibration.Onnx.Proto;
using Dimension = BitKernelGen.Calibration.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>
/// A model that takes or gives [N, H, W, C] and transposes at once: the transpositions are dropped, since a profile's images have
/// their channels last anyway.
/// </summary>
internal static class EdgeTransposes
{
    /// <returns>Whether the graph was changed.</returns>
    public static bool Remove(GraphProto graph) => RemoveAtInput(graph) | RemoveAtOutput(graph);

    private static bool RemoveAtInput(GraphProto graph)
    {
        var constants = graph.Initializer.Select(constant => constant.Name).ToHashSet();
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !constants.Contains(input.Name))];
        if (inputs is not [{ Type.TensorType.Shape.Dim: { Count: 4 } dims } input])
            return false;
        NodeProto[] readers = [.. graph.Node.Where(node => node.Input.Contains(input.Name))];
        if (readers.Length == 0 || !readers.All(node => IsTranspose(node, toLast: false)) || graph.Output.Any(output => output.Name == input.Name))
            return false;

        Dimension[] ordered = [dims[0], dims[3], dims[1], dims[2]];
        dims.Clear();
        dims.Add(ordered);
        Drop(graph, readers, input.Name);
        return true;
    }

    private static bool RemoveAtOutput(GraphProto graph)
    {
        if (graph.Output is not [var output] || graph.Node.FirstOrDefault(node => node.Output.Contains(output.Name)) is not { } last
            || !IsTranspose(last, toLast: true) || graph.Node.Any(node => node.Input.Contains(output.Name))
            || !graph.Node.Any(node => node.Output.Contains(last.Input[0])))
            return false;

        // Its input takes the output's name.
        string inner = last.Input[0];
        graph.Node.Remove(last);
        foreach (NodeProto node in graph.Node)
        {
            Rename(node.Input, inner, output.Name);
            Rename(node.Output, inner, output.Name);
        }

        if (output.Type?.TensorType is { } type)
            type.Shape = null;
        return true;
    }

    /// <summary>Drops nodes; who reads them reads what they read.</summary>
    private static void Drop(GraphProto graph, NodeProto[] dropped, string read)
    {
        HashSet<string> outputs = [.. dropped.Select(node => node.Output[0])];
        var gone = new HashSet<NodeProto>(dropped, ReferenceEqualityComparer.Instance);
        NodeProto[] kept = [.. graph.Node.Where(node => !gone.Contains(node))];
        graph.Node.Clear();
        graph.Node.Add(kept);
        foreach (NodeProto node in kept)
        {
            for (int i = 0; i < node.Input.Count; i++)
            {
                if (outputs.Contains(node.Input[i]))
                    node.Input[i] = read;
            }
        }
    }

    private static void Rename(IList<string> names, string from, string to)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == from)
                names[i] = to;
        }
    }

    private static bool IsTranspose(NodeProto node, bool toLast) =>
        node is { OpType: "Transpose", Input.Count: 1, Output.Count: 1 } && OnnxModelReader.IsStandardDomain(node.Domain)
        && node.Attribute.FirstOrDefault(attribute => attribute.Name == "perm")?.Ints is { } order && TransposeImport.IsToLast(order) == toLast;
}

using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>
/// relu(max(x)) = max(relu(x)): an activation behind a maximum pool is moved before it, to the layer that it can be joined to.
/// </summary>
internal static class ActivationOrder
{
    /// <returns>Whether the graph was changed.</returns>
    public static bool PutBeforeMaximum(GraphProto graph)
    {
        Dictionary<NodeProto, NodeProto> poolOf = Find(graph);
        if (poolOf.Count == 0)
            return false;

        var moved = new HashSet<NodeProto>(poolOf.Values, ReferenceEqualityComparer.Instance);
        NodeProto[] nodes = [.. graph.Node];
        graph.Node.Clear();
        foreach (NodeProto node in nodes.Where(n => !moved.Contains(n)))
        {
            graph.Node.Add(node);
            if (!poolOf.TryGetValue(node, out NodeProto? pool))
                continue;
            graph.Node.Add(pool);
            (node.Input[0], pool.Input[0]) = (pool.Input[0], node.Input[0]);
            (node.Output[0], pool.Output[0]) = (pool.Output[0], node.Output[0]);
        }

        // What was the pool's output is now as large as its input.
        var resized = poolOf.Keys.Select(activation => activation.Output[0]).ToHashSet();
        ValueInfoProto[] kept = graph.ValueInfo.Where(value => !resized.Contains(value.Name)).ToArray();
        graph.ValueInfo.Clear();
        graph.ValueInfo.Add(kept);
        return true;
    }

    /// <summary>Each activation that is the one reader of a maximum pool, with that pool.</summary>
    private static Dictionary<NodeProto, NodeProto> Find(GraphProto graph)
    {
        var reads = new Dictionary<string, int>();
        foreach (string name in graph.Node.SelectMany(n => n.Input).Concat(graph.Output.Select(o => o.Name)))
            reads[name] = reads.GetValueOrDefault(name) + 1;

        var pools = new Dictionary<string, NodeProto>();
        var found = new Dictionary<NodeProto, NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (NodeProto node in graph.Node)
        {
            if (!OnnxModelReader.IsStandardDomain(node.Domain) || node.Input.Count == 0 || node.Output.Count != 1)
                continue;
            if (node.OpType is "MaxPool" or "GlobalMaxPool")
                pools[node.Output[0]] = node;
            bool isSoleReader = node.OpType is "Relu" or "Clip" && reads[node.Input[0]] == 1;
            if (isSoleReader && pools.Remove(node.Input[0], out NodeProto? pool))
                found[node] = pool;
        }

        return found;
    }
}

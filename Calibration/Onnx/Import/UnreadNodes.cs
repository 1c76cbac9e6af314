using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Nodes that the output does not depend on: they are not imported, so ONNX Runtime must not run them either.</summary>
internal static class UnreadNodes
{
    /// <returns>Whether the graph was changed.</returns>
    public static bool Remove(GraphProto graph)
    {
        List<NodeProto> read = Read(graph.Node, graph.Output.Select(output => output.Name));
        if (read.Count == graph.Node.Count)
            return false;
        graph.Node.Clear();
        graph.Node.Add(read);
        return true;
    }

    /// <summary>The nodes that outputs depend on, in the file's order.</summary>
    public static List<NodeProto> Read(IEnumerable<NodeProto> nodes, IEnumerable<string> outputs)
    {
        HashSet<string> needed = [.. outputs];
        var read = new List<NodeProto>();
        foreach (NodeProto node in nodes.Reverse())
        {
            if (!node.Output.Any(needed.Contains))
                continue;
            read.Add(node);
            needed.UnionWith(node.Input);
        }

        read.Reverse();
        return read;
    }
}

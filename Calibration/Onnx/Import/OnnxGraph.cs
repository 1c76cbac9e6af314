using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>The graph indexed: its one input and output, the nodes that contribute, and how often each tensor is read.</summary>
internal sealed class OnnxGraph
{
    private readonly Dictionary<string, int> _reads = [];

    public OnnxGraph(GraphProto graph, int opset)
    {
        Opset = opset;
        foreach (TensorProto initializer in graph.Initializer)
        {
            if (!Initializers.TryAdd(initializer.Name, initializer))
                throw new OnnxImportException($"The model has two initializers named '{initializer.Name}'.");
        }

        // Up to IR version 3, initializers are listed among the inputs too.
        ValueInfoProto[] inputs = graph.Input.Where(i => !Initializers.ContainsKey(i.Name)).ToArray();
        if (inputs.Length != 1 || graph.Output.Count != 1)
        {
            throw new OnnxImportException(
                $"The model has {inputs.Length} inputs and {graph.Output.Count} outputs; one of each can be imported. "
                + "Export a model of one image to one output.");
        }

        Input = inputs[0];
        Output = graph.Output[0].Name;
        Nodes = UnreadNodes.Read(graph.Node, [Output]);
        CountReads();
    }

    /// <summary>The version of the standard operators.</summary>
    public int Opset { get; }

    public ValueInfoProto Input { get; }

    /// <summary>Whether the model runs one input at a time only.</summary>
    public bool HasFixedBatch => Input.Type?.TensorType?.Shape?.Dim.FirstOrDefault() is { HasDimValue: true, DimValue: 1 };

    public string Output { get; }

    public Dictionary<string, TensorProto> Initializers { get; } = [];

    /// <summary>The nodes that the output depends on, in the file's order.</summary>
    public IReadOnlyList<NodeProto> Nodes { get; }

    /// <summary>How many inputs of nodes read the tensor; being the graph's output counts as one more.</summary>
    public int Reads(string tensor) => _reads.GetValueOrDefault(tensor);

    private void CountReads()
    {
        _reads[Output] = 1;
        // A node that asks for a tensor's shape does not need its elements.
        foreach (string input in Nodes.Where(n => n.OpType != "Shape").SelectMany(n => n.Input))
            _reads[input] = _reads.GetValueOrDefault(input) + 1;
    }
}

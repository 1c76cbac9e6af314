using BitKernelGen.Calibration.Onnx.Import;
using BitKernelGen.Calibration.Onnx.Proto;
using Google.Protobuf;

namespace BitKernelGen.Calibration.Onnx;

/// <summary>Imports ONNX models, opset 11 to 21, of one image or vector to one output.</summary>
public static class OnnxImporter
{
    private static readonly Dictionary<string, Action<NetworkBuilder, NodeProto>> Operators = new()
    {
        ["Add"] = JoinImport.Add,
        ["AveragePool"] = PoolImport.AveragePool,
        ["BatchNormalization"] = ChannelwiseImport.BatchNormalization,
        ["Clip"] = ActivationImport.Clip,
        ["Concat"] = JoinImport.Concat,
        ["Constant"] = ShapeImport.Constant,
        ["Conv"] = ConvolutionImport.Conv,
        ["Div"] = ChannelwiseImport.Div,
        ["Dropout"] = ShapeImport.Dropout,
        ["Flatten"] = ShapeImport.Flatten,
        ["Gemm"] = DenseImport.Gemm,
        ["GlobalAveragePool"] = PoolImport.GlobalAveragePool,
        ["GlobalMaxPool"] = PoolImport.GlobalMaxPool,
        ["HardSigmoid"] = ActivationImport.HardSigmoid,
        ["HardSwish"] = ActivationImport.HardSwish,
        ["Identity"] = ShapeImport.Identity,
        ["LeakyRelu"] = ActivationImport.LeakyRelu,
        ["MatMul"] = DenseImport.MatMul,
        ["MaxPool"] = PoolImport.MaxPool,
        ["Mul"] = JoinImport.Mul,
        ["PRelu"] = ActivationImport.PRelu,
        ["Pad"] = MoveImport.Pad,
        ["ReduceMean"] = PoolImport.ReduceMean,
        ["Relu"] = ActivationImport.Relu,
        ["Reshape"] = ShapeImport.Reshape,
        ["Sigmoid"] = ActivationImport.Sigmoid,
        ["Slice"] = MoveImport.Slice,
        ["Softmax"] = JoinImport.Softmax,
        ["Squeeze"] = ShapeImport.Squeeze,
        ["Sub"] = ChannelwiseImport.Sub,
        [SelfGates.Swish] = ActivationImport.Swish,
        ["Transpose"] = TransposeImport.Transpose,
        ["Unsqueeze"] = ShapeImport.Unsqueeze,
    };

    /// <summary>Imports the model in a file.</summary>
    /// <exception cref="OnnxImportException">The model can't be imported; the message says where and what to do.</exception>
    public static FloatNetwork ImportFile(string path) => Import(File.ReadAllBytes(path));

    /// <summary>Imports a model from the bytes of its file.</summary>
    /// <exception cref="OnnxImportException">The model can't be imported; the message says where and what to do.</exception>
    public static FloatNetwork Import(byte[] model)
    {
        ModelProto proto = OnnxModelReader.Read(model);
        bool isChanged = UnreadNodes.Remove(proto.Graph) | ActivationOrder.PutBeforeMaximum(proto.Graph) | EdgeTransposes.Remove(proto.Graph);
        byte[] runnable = isChanged ? proto.ToByteArray() : model;
        SelfGates.Join(proto.Graph);
        var graph = new OnnxGraph(proto.Graph, OnnxModelReader.Opset(proto));
        TensorView input = GraphInput.Read(graph.Input);
        var net = new NetworkBuilder(graph, input, model.Length);
        foreach (NodeProto node in graph.Nodes)
            ImportNode(net, node);

        OnnxModelReader.RequireInside(proto);
        TensorView output = Output(net, graph.Output);
        return new FloatNetwork(
            input.Height, input.Width, input.Channels, graph.Input.Name, graph.Output,
            net.Layers.ConvertAll(layer => layer.Finish()), output.Name,
            runnable);
    }

    private static void ImportNode(NetworkBuilder net, NodeProto node)
    {
        bool standard = OnnxModelReader.IsStandardDomain(node.Domain);
        if (standard && ShapeArithmetic.Applies(net, node))
        {
            ShapeArithmetic.Compute(net, node);
            return;
        }

        if (!standard || !Operators.TryGetValue(node.OpType, out Action<NetworkBuilder, NodeProto>? import))
        {
            throw OnnxImportException.At(
                node, standard ? "the operator is not supported" : $"the operator is of the domain '{node.Domain}'",
                Unsupported.Remedy(node.OpType));
        }

        import(net, node);
    }

    private static TensorView Output(NetworkBuilder net, string name)
    {
        TensorView output = net.Result(name);
        if (output.Layer is null)
            throw new OnnxImportException($"The model's output '{name}' is its input: there is no layer to quantize.");
        if (output.Border != default)
            throw new OnnxImportException($"The model's output '{name}' is padded; end the model before the Pad node.");
        if (output.IsChannelsLast)
            throw new OnnxImportException($"The model's output '{name}' has its channels last; end the model before the transposition.");
        if (output.IsFlat && !output.IsOrderFree)
        {
            throw new OnnxImportException(
                $"The model's output '{name}' is a flattened image, whose order (channels first) differs from the profile's; "
                + "end the model before the flatten.");
        }

        return output;
    }
}

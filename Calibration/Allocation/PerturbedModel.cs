using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Calibration.Quantize;
using Google.Protobuf;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>The float model, changed so that errors can be put into its tensors or other weights into its layers, run by run.</summary>
internal static class PerturbedModel
{
    private static readonly HashSet<string> Products = ["Conv", "Gemm", "MatMul"];

    /// <summary>The graph input that is added to a tensor; one zero leaves the tensor as it is.</summary>
    public static string ErrorOf(string tensor) => tensor + "/error";

    /// <summary>A model in which readers of tensors read tensor + <see cref="ErrorOf"/>.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="tensors">ONNX tensors.</param>
    /// <param name="productsOnly">Whether only what ends in a multiplication reads the error, and sums and moves the tensor itself.</param>
    public static byte[] WithErrors(FloatNetwork network, IReadOnlyCollection<string> tensors, bool productsOnly)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(network.Model);
        var layers = new Dictionary<string, FloatLayer>();
        foreach (FloatLayer layer in network.Layers)
            layers[layer.OnnxOutput] = layer;
        ILookup<string, NodeProto> readers = model.Graph.Node
            .SelectMany(node => node.Input.Distinct().Select(input => (input, node))).ToLookup(pair => pair.input, pair => pair.node);
        foreach (string tensor in tensors)
        {
            string error = ErrorOf(tensor), sum = tensor + "/perturbed";
            foreach (NodeProto reader in readers[tensor])
            {
                if (productsOnly && !EndsInProduct(reader, readers, layers))
                    continue;
                for (int i = 0; i < reader.Input.Count; i++)
                {
                    if (reader.Input[i] == tensor)
                        reader.Input[i] = sum;
                }
            }

            int producer = model.Graph.Node.ToList().FindIndex(node => node.Output.Contains(tensor));
            model.Graph.Node.Insert(producer + 1, new NodeProto { Name = sum, OpType = "Add", Input = { tensor, error }, Output = { sum } });
            model.Graph.Input.Add(Float(error, model.Graph.Input[0].Type));
        }

        model.Graph.Output.Add(tensors.Where(tensor => tensor != network.OutputName).Select(tensor => new ValueInfoProto { Name = tensor }));
        return model.ToByteArray();
    }

    /// <summary>A model whose named initializers can be fed.</summary>
    public static byte[] WithFeeds(FloatNetwork network, IEnumerable<TensorProto> initializers)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(network.Model);
        // From this version on, initializers that are no inputs are constants, and the others defaults.
        model.IrVersion = Math.Max(model.IrVersion, 4);
        foreach (TensorProto initializer in initializers.Where(tensor => model.Graph.Input.All(input => input.Name != tensor.Name)))
        {
            ValueInfoProto input = Float(initializer.Name, model.Graph.Input[0].Type);
            input.Type.TensorType.Shape = new TensorShapeProto();
            input.Type.TensorType.Shape.Dim.Add(initializer.Dims.Select(dim => new TensorShapeProto.Types.Dimension { DimValue = dim }));
            model.Graph.Input.Add(input);
        }

        return model.ToByteArray();
    }

    /// <summary>A float32 tensor of any shape.</summary>
    private static ValueInfoProto Float(string name, TypeProto like)
    {
        TypeProto type = like.Clone();
        type.TensorType.Shape = null;
        return new ValueInfoProto { Name = name, Type = type };
    }

    /// <summary>Whether a node belongs to a layer with weights, or shows its input to one in another shape.</summary>
    private static bool EndsInProduct(NodeProto node, ILookup<string, NodeProto> readers, Dictionary<string, FloatLayer> layers)
    {
        if (Products.Contains(node.OpType))
            return true;
        return node.Output.Any(output => layers.TryGetValue(output, out FloatLayer? layer)
            ? CodePlanner.HasWeights(layer)
            : readers[output].Any(reader => EndsInProduct(reader, readers, layers)));
    }
}

using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Add and Mul of two tensors, Concat, and Softmax.</summary>
internal static class JoinImport
{
    public static void Add(NetworkBuilder net, NodeProto node)
    {
        if (ChannelwiseImport.TryAddConstant(net, node))
            return;
        TensorView first = net.Input(node, 0), second = net.Input(node, 1);
        if ((first.Height, first.Width, first.Channels, first.Rank) != (second.Height, second.Width, second.Channels, second.Rank))
        {
            throw OnnxImportException.At(
                node, $"it adds tensors of {Describe(first)} and {Describe(second)}", "Only tensors of one shape can be added");
        }

        net.DefineLayer(node, Layer(net, node, LayerOp.Add, first, [first.Name, second.Name], first.Channels), first.Rank);
    }

    public static void Mul(NetworkBuilder net, NodeProto node)
    {
        if (ChannelwiseImport.TryMulConstant(net, node))
            return;
        TensorView first = net.Input(node, 0), second = net.Input(node, 1);
        if (first.Pixels < second.Pixels)
            (first, second) = (second, first);
        bool alike = (first.Height, first.Width) == (second.Height, second.Width);
        if (first.Rank != second.Rank || first.Channels != second.Channels || !(alike || (second.Pixels == 1 && !first.IsFlat)))
        {
            throw OnnxImportException.At(
                node, $"it multiplies tensors of {Describe(first)} and {Describe(second)}",
                "Only tensors of one shape, or an image and one number for each of its channels, can be multiplied");
        }

        net.DefineLayer(node, Layer(net, node, LayerOp.Mul, first, [first.Name, second.Name], first.Channels), first.Rank);
    }

    public static void Softmax(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.Input(node, 0);
        long axis = node.Integer("axis", net.Opset < 13 ? 1 : -1);
        axis = axis < 0 ? axis + input.Rank : axis;

        // Before opset 13 all axes from this one on are one.
        bool isOverChannels = axis == 1 && (input.Pixels == 1 || (!input.IsFlat && net.Opset >= 13));
        if (!isOverChannels)
        {
            throw OnnxImportException.At(
                node, $"it is over axis {axis} of {Describe(input)}", "Only softmax over the channels can be imported, axis 1");
        }

        net.DefineLayer(node, Layer(net, node, LayerOp.Softmax, input, [input.Name], input.Channels), input.Rank);
    }

    public static void Concat(NetworkBuilder net, NodeProto node)
    {
        TensorView[] inputs = Enumerable.Range(0, node.Input.Count).Select(i => net.Input(node, i)).ToArray();
        TensorView first = net.Input(node, 0);
        long axis = node.Integer("axis", 1);
        bool alike = inputs.All(i => (i.Height, i.Width, i.Rank) == (first.Height, first.Width, first.Rank));
        if (!alike || (axis < 0 ? axis + first.Rank : axis) != 1 || (first.IsFlat && first.Pixels != 1))
        {
            throw OnnxImportException.At(
                node, $"it joins {string.Join(" and ", inputs.Take(4).Select(Describe))} along axis {axis}",
                "Only images of one height and width can be joined, along their channels");
        }

        if (inputs.Length == 1)
        {
            net.DefineView(node, 0, first);
            return;
        }

        long channels = inputs.Sum(i => (long)i.Channels);
        NetworkBuilder.CheckLength(node, first.Height, first.Width, channels);
        string[] names = inputs.Select(i => i.Name).ToArray();
        net.DefineLayer(node, Layer(net, node, LayerOp.Concat, first, names, (int)channels), first.Rank);
    }

    private static DraftLayer Layer(
        NetworkBuilder net, NodeProto node, LayerOp op, TensorView shape, string[] inputs, int channels) => new()
        {
            Name = net.NameFor(node, op),
            Op = op,
            Inputs = inputs,
            Height = shape.Height,
            Width = shape.Width,
            Channels = channels,
        };

    private static string Describe(TensorView t) => $"{t.Height} x {t.Width} x {t.Channels}{(t.IsFlat ? " flattened" : "")}";
}

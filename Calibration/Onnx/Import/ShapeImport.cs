using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Operators that move nothing: they only change how many dimensions ONNX sees.</summary>
internal static class ShapeImport
{
    public static void Identity(NetworkBuilder net, NodeProto node)
    {
        if (node.Input.Count > 0 && net.IsConstant(node.Input[0]))
            net.DefineConstant(node, net.Constant(node, 0));
        else
            net.DefineView(node, 0, net.PaddedInput(node, 0));
    }

    public static void Dropout(NetworkBuilder net, NodeProto node)
    {
        TensorProto? training = NetworkBuilder.HasInput(node, 2) ? net.Constant(node, 2) : null;
        if (training is not null && (training.RawData.Any(b => b != 0) || training.Int32Data.Any(i => i != 0)))
            throw OnnxImportException.At(node, "it is in training mode", "Export the model in evaluation mode (model.eval())");
        Identity(net, node);
    }

    public static void Constant(NetworkBuilder net, NodeProto node)
    {
        const int single = (int)TensorProto.Types.DataType.Float, integer = (int)TensorProto.Types.DataType.Int64;
        TensorProto? value = node.Find("value")?.T;
        if (node.Find("value_float") is { } f)
            value = new TensorProto { DataType = single, FloatData = { f.F } };
        else if (node.Find("value_int") is { } i)
            value = new TensorProto { DataType = integer, Int64Data = { i.I } };
        else if (node.Find("value_floats") is { } floats)
            value = new TensorProto { DataType = single, Dims = { floats.Floats.Count }, FloatData = { floats.Floats } };
        else if (node.Find("value_ints") is { } integers)
            value = new TensorProto { DataType = integer, Dims = { integers.Ints.Count }, Int64Data = { integers.Ints } };
        net.DefineConstant(node, value ?? throw OnnxImportException.At(
            node, "its value is neither numbers nor a dense tensor", "Export the model with dense float32 constants"));
    }

    public static void Flatten(NetworkBuilder net, NodeProto node)
    {
        TensorView input = Image(net, node);
        long axis = node.Integer("axis", 1);
        if ((axis < 0 ? axis + input.Rank : axis) != 1)
            throw OnnxImportException.At(node, $"it flattens from axis {axis}", "Only flattening to [N, K], axis 1, can be imported");
        net.DefineView(node, 0, input with { Rank = 2 });
    }

    public static void Reshape(NetworkBuilder net, NodeProto node)
    {
        TensorView input = Image(net, node);
        long[] shape = net.Shapes.TryGetValue(node.Input.ElementAtOrDefault(1) ?? "", out long[]? computed)
            ? computed : TensorData.Integers(node, net.Constant(node, 1));
        long[] kept = [input.Channels, input.Height, input.Width];
        bool unchanged = input.Rank == 4 && !input.IsChannelsLast && shape.Length == 4 && net.IsBatch(shape[0])
            && shape.Skip(1).Zip(kept).All(d => d.First == d.Second || d.First == 0 || (d.First == -1 && shape[0] != -1));
        bool flat = shape.Length == 2 && net.IsBatch(shape[0])
            && (shape[1] == input.Length || (shape[1] == -1 && shape[0] != -1) || (shape[1] == 0 && input.IsFlat));
        bool pixel = shape.Length is 3 or 4 && net.IsBatch(shape[0]) && input.Pixels == 1
            && shape[1] == input.Channels && shape.Skip(2).All(d => d == 1);
        if (!unchanged && !flat && !pixel)
        {
            throw OnnxImportException.At(
                node, $"it reshapes {input.Height} x {input.Width} x {input.Channels} to [{string.Join(", ", shape.Take(8))}]",
                "Only flattening to [N, K] can be imported");
        }

        net.DefineView(node, 0, unchanged ? input : input with { Rank = shape.Length });
    }

    public static void Squeeze(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.Input(node, 0);
        long[]? axes = Axes(net, node, input.Rank);
        bool isSpatial = axes is not null && axes.Order().SequenceEqual(Enumerable.Range(2, input.Rank - 2).Select(a => (long)a));
        if (input.IsFlat || input.Pixels != 1 || !isSpatial)
        {
            throw OnnxImportException.At(
                node, $"it removes the axes [{string.Join(", ", (axes ?? []).Take(8))}]",
                "Only height and width of 1 can be removed, both by one node");
        }

        net.DefineView(node, 0, input with { Rank = 2 });
    }

    public static void Unsqueeze(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.Input(node, 0);
        long[]? axes = Axes(net, node, 4);
        if (!input.IsFlat || input.Pixels != 1 || axes is null || !axes.Order().SequenceEqual([2L, 3L]))
        {
            throw OnnxImportException.At(
                node, $"it inserts the axes [{string.Join(", ", (axes ?? []).Take(8))}]",
                "Only height and width of 1 can be inserted, both by one node");
        }

        net.DefineView(node, 0, input with { Rank = 4 });
    }

    /// <summary>An image whose channels may be last: flattened, its elements are in the profile's own order.</summary>
    private static TensorView Image(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.PaddedInput(node, 0);
        return input.IsChannelsLast && input.Border == default ? input : net.Input(node, 0);
    }

    private static long[]? Axes(NetworkBuilder net, NodeProto node, int rank) =>
        (node.Integers("axes") ?? net.OptionalIntegers(node, 1))
        ?.Select(a => a < 0 ? a + rank : a).ToArray();
}

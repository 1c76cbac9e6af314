using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>
/// Integer tensors computed from shapes, such as those that PyTorch writes for x.view(x.size(0), -1). Every dimension is known but
/// the batch.
/// </summary>
internal static class ShapeArithmetic
{
    /// <summary>Stands for the batch size.</summary>
    public const long Batch = long.MinValue;

    private const int Longest = 64;

    public static bool Applies(NetworkBuilder net, NodeProto node) => node.OpType switch
    {
        "Shape" => true,
        "Gather" or "Unsqueeze" or "Squeeze" or "Cast" => NetworkBuilder.HasInput(node, 0) && !net.IsTensor(node.Input[0]),
        "Concat" => node.Input.Any(net.Shapes.ContainsKey),
        _ => false,
    };

    public static void Compute(NetworkBuilder net, NodeProto node)
    {
        long[] values = node.OpType switch
        {
            "Shape" => ShapeOf(node, net.Input(node, 0)),
            "Gather" => Gather(node, Values(net, node, 0), Values(net, node, 1)),
            "Concat" => Enumerable.Range(0, node.Input.Count).SelectMany(i => Values(net, node, i)).ToArray(),
            _ => Values(net, node, 0),
        };
        if (values.Length > Longest)
            throw OnnxImportException.At(node, "it computes a shape of more than 64 numbers", "Export the model with constants folded");
        net.DefineShape(node, values);
    }

    private static long[] ShapeOf(NodeProto node, TensorView input)
    {
        if (node.Find("start") is not null || node.Find("end") is not null)
        {
            throw OnnxImportException.At(
                node, "it takes part of a shape", "Export the model with constants folded (for example with onnxsim)");
        }

        return input.Rank switch
        {
            2 => [Batch, input.Length],
            3 => [Batch, input.Channels, input.Width],
            _ => [Batch, input.Channels, input.Height, input.Width],
        };
    }

    private static long[] Gather(NodeProto node, long[] from, long[] indices)
    {
        if (indices.Length > Longest || indices.Any(i => i < -from.Length || i >= from.Length))
            throw OnnxImportException.At(node, "its indices are out of range", "Export the model again");
        return indices.Select(i => from[i < 0 ? i + from.Length : i]).ToArray();
    }

    private static long[] Values(NetworkBuilder net, NodeProto node, int index)
    {
        if (NetworkBuilder.HasInput(node, index) && net.Shapes.TryGetValue(node.Input[index], out long[]? values))
            return values;
        return TensorData.Integers(node, net.Constant(node, index));
    }
}

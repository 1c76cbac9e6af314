using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Transpose between [N, C, H, W] and [N, H, W, C]: nothing moves, since the profile's channels are always last.</summary>
internal static class TransposeImport
{
    public static void Transpose(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.PaddedInput(node, 0);
        long[] order = node.Integers("perm") ?? [.. Enumerable.Range(0, input.Rank).Select(axis => (long)(input.Rank - 1 - axis))];
        bool? isToLast = IsToLast(order);
        if (input.Border != default || isToLast is null || order.Length != input.Rank || isToLast == input.IsChannelsLast)
        {
            throw OnnxImportException.At(
                node, $"it puts the axes in the order [{string.Join(", ", order.Take(8))}]",
                "Only channels can be moved, between the first place after the batch and the last; export the model with channels first");
        }

        net.DefineView(node, 0, input with { IsChannelsLast = isToLast.Value });
    }

    /// <summary>Whether channels move from the first place to the last, or back; null for any other order.</summary>
    public static bool? IsToLast(IReadOnlyList<long> order) =>
        order.SequenceEqual([0L, 2, 3, 1]) ? true : order.SequenceEqual([0L, 3, 1, 2]) ? false : null;
}

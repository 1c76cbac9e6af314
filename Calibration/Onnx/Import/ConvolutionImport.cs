using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Conv: full, or of each channel by itself.</summary>
internal static class ConvolutionImport
{
    public static void Conv(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.PaddedInput(node, 0);
        TensorProto tensor = net.Constant(node, 1);
        int[] shape = TensorData.Shape(node, tensor);
        if (input.IsFlat || shape.Length != input.Rank || shape.Any(d => d < 1))
        {
            throw OnnxImportException.At(
                node, $"weights of rank {shape.Length} meet an input of rank {input.Rank}", "Only images, [N, C, H, W], are convolved");
        }

        long group = node.Integer("group", 1);
        bool depthwise = group > 1 && group == input.Channels && shape[0] == input.Channels && shape[1] == 1;
        if (group < 1 || input.Channels % group != 0 || shape[0] % group != 0)
        {
            throw OnnxImportException.At(
                node, $"{input.Channels} channels in and {shape[0]} out can't be cut into {group} equal groups", "Export the model again");
        }

        if (shape[1] != input.Channels / group)
            throw OnnxImportException.At(node, $"weights for {shape[1]} channels meet {input.Channels / group}", "Export the model again");

        Window window = TakeBorder(WindowAttributes.Read(node, input, shape[2..]), input.Border);
        (int height, int width) = WindowAttributes.OutputSize(node, input, window);
        LayerOp op = depthwise ? LayerOp.Depthwise : LayerOp.Conv;
        var layer = new DraftLayer
        {
            Name = net.NameFor(node, op, tensor.Name),
            Op = op,
            Inputs = [input.Name],
            Window = window,
            Height = height,
            Width = width,
            Channels = shape[0],
            Groups = (int)group,
            Weights = WeightOrder.FromChannelsFirst(
                TensorData.Floats(node, tensor), shape[0], shape[1], window.KernelHeight * window.KernelWidth),
        };
        layer.SetBias(NetworkBuilder.HasInput(node, 2)
            ? ChannelValues.Read(net, node, net.Constant(node, 2), shape[0], 0) : new double[shape[0]]);
        net.DefineLayer(node, layer, input.Rank);
    }

    private static Window TakeBorder(Window window, Border border) => window with
    {
        PadTop = window.PadTop + border.Top,
        PadLeft = window.PadLeft + border.Left,
        PadBottom = window.PadBottom + border.Bottom,
        PadRight = window.PadRight + border.Right,
    };
}

using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Pools over a window or over the whole image.</summary>
internal static class PoolImport
{
    public static void MaxPool(NetworkBuilder net, NodeProto node)
    {
        TensorView input = Image(net, node);
        Window window = Window(node, input);
        Define(net, node, LayerOp.MaxPool, input, WindowAttributes.WithCeilMode(node, input, window));
    }

    public static void AveragePool(NetworkBuilder net, NodeProto node)
    {
        TensorView input = Image(net, node);
        Window given = Window(node, input), window = WindowAttributes.WithCeilMode(node, input, given);
        bool padded = (window.PadTop | window.PadLeft | window.PadBottom | window.PadRight) != 0;
        bool countsPadding = padded && node.Integer("count_include_pad", 0) != 0;
        if (countsPadding && window != given)
            throw OnnxImportException.At(node, "count_include_pad and ceil_mode together count padding that is not there", "Use ceil_mode = 0");

        if (!padded && window.KernelHeight == input.Height && window.KernelWidth == input.Width)
            DefineGlobal(net, node, input, input.Rank);
        else
            Define(net, node, LayerOp.AvgPool, input, window, countsPadding);
    }

    public static void GlobalAveragePool(NetworkBuilder net, NodeProto node)
    {
        TensorView input = Image(net, node);
        DefineGlobal(net, node, input, input.Rank);
    }

    public static void GlobalMaxPool(NetworkBuilder net, NodeProto node)
    {
        TensorView input = Image(net, node);
        Define(net, node, LayerOp.MaxPool, input, new Window(input.Height, input.Width, 1, 1, 0, 0, 0, 0));
    }

    public static void ReduceMean(NetworkBuilder net, NodeProto node)
    {
        TensorView input = Image(net, node);
        long[]? axes = node.Integers("axes") ?? net.OptionalIntegers(node, 1);
        int[] spatial = Enumerable.Range(2, input.Rank - 2).ToArray();
        if (axes is null || !axes.Select(a => a < 0 ? a + input.Rank : a).Order().SequenceEqual(spatial.Select(a => (long)a)))
        {
            throw OnnxImportException.At(
                node, $"it averages over the axes [{string.Join(", ", (axes ?? []).Take(8))}]",
                "Only the mean over height and width can be imported");
        }

        DefineGlobal(net, node, input, node.Integer("keepdims", 1) != 0 ? input.Rank : 2);
    }

    private static Window Window(NodeProto node, TensorView input)
    {
        Window window = WindowAttributes.Read(node, input, WindowAttributes.Kernel(node, input));
        return window.IsDilated ? throw OnnxImportException.At(node, "its window is dilated", "Pool with dilations of 1") : window;
    }

    private static TensorView Image(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.Input(node, 0);
        return input.IsFlat ? throw OnnxImportException.At(node, "its input is not an image", "Pool before the flatten") : input;
    }

    private static void Define(NetworkBuilder net, NodeProto node, LayerOp op, TensorView input, Window window, bool countsPadding = false)
    {
        // A window of padding alone has no maximum and no average.
        if (Math.Max(window.PadTop, window.PadBottom) >= window.KernelHeight
            || Math.Max(window.PadLeft, window.PadRight) >= window.KernelWidth)
        {
            throw OnnxImportException.At(node, "its padding is as large as its window", "Use padding smaller than the window");
        }

        (int height, int width) = WindowAttributes.OutputSize(node, input, window);
        net.DefineLayer(node, Layer(net, node, op, input, height, width, window, countsPadding), input.Rank);
    }

    private static void DefineGlobal(NetworkBuilder net, NodeProto node, TensorView input, int rank) =>
        net.DefineLayer(node, Layer(net, node, LayerOp.GlobalAvgPool, input, 1, 1, null), rank);

    private static DraftLayer Layer(
        NetworkBuilder net, NodeProto node, LayerOp op, TensorView input, int height, int width, Window? window, bool countsPadding = false) => new()
        {
            Name = net.NameFor(node, op),
            Op = op,
            Inputs = [input.Name],
            Window = window,
            CountIncludePad = countsPadding,
            Height = height,
            Width = width,
            Channels = input.Channels,
        };
}

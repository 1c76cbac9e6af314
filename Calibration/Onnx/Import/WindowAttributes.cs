using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>The window of a convolution or pool, and the size of what it yields. One spatial dimension is a row of columns.</summary>
internal static class WindowAttributes
{
    public static Window Read(NodeProto node, TensorView input, int[] kernel)
    {
        int spatial = input.Rank - 2;
        int[] strides = Values(node, "strides", spatial, 1, 1);
        if (Values(node, "dilations", spatial, 1, 1).Any(d => d != 1))
        {
            throw OnnxImportException.At(
                node, "its window is dilated", "Only dilations of 1 can be imported; retrain with a larger kernel or stride");
        }


        int kernelHeight = Row(kernel, spatial, 1), kernelWidth = kernel[^1];
        int strideHeight = Row(strides, spatial, 1), strideWidth = strides[^1];
        Border pad = Padding(node, spatial);
        return new Window(kernelHeight, kernelWidth, strideHeight, strideWidth, pad.Top, pad.Left, pad.Bottom, pad.Right);
    }

    /// <summary>A pool's "kernel_shape".</summary>
    public static int[] Kernel(NodeProto node, TensorView input) => node.Integers("kernel_shape") is null
        ? throw OnnxImportException.At(node, "it has no kernel_shape", "Export the model again")
        : Values(node, "kernel_shape", input.Rank - 2, 1, 1);

    public static (int Height, int Width) OutputSize(NodeProto node, TensorView input, Window window)
    {
        long rows = (long)input.Height + window.PadTop + window.PadBottom - window.KernelHeight;
        long columns = (long)input.Width + window.PadLeft + window.PadRight - window.KernelWidth;
        if (rows < 0 || columns < 0)
        {
            throw OnnxImportException.At(
                node,
                $"its window of {window.KernelHeight} x {window.KernelWidth} is larger than its input of {input.Height} x {input.Width}",
                "Export the model for larger images");
        }

        if (node.Integer("ceil_mode", 0) != 0 && (rows % window.StrideHeight != 0 || columns % window.StrideWidth != 0))
            throw OnnxImportException.At(node, "ceil_mode lets its window reach past the padding", "Use ceil_mode = 0");
        long height = (rows / window.StrideHeight) + 1, width = (columns / window.StrideWidth) + 1;
        NetworkBuilder.CheckLength(node, height, width, input.Channels);
        return ((int)height, (int)width);
    }

    private static Border Padding(NodeProto node, int spatial)
    {
        string mode = node.Text("auto_pad", "NOTSET");
        switch (mode)
        {
            case "NOTSET":
                int[] pads = Values(node, "pads", 2 * spatial, 0, 0);
                return spatial == 1 ? new Border(0, pads[0], 0, pads[1]) : new Border(pads[0], pads[1], pads[2], pads[3]);
            case "VALID":
                return default;
            default:
                throw OnnxImportException.At(node, $"auto_pad is {mode}", "Export the model with explicit pads (auto_pad NOTSET or VALID)");
        }
    }

    private static int Row(int[] values, int spatial, int otherwise) => spatial == 2 ? values[0] : otherwise;

    private static int[] Values(NodeProto node, string attribute, int count, int otherwise, int least)
    {
        if (node.Integers(attribute) is not { } values)
            return Enumerable.Repeat(otherwise, count).ToArray();
        if (values.Length != count || values.Any(v => v < least || v > short.MaxValue))
        {
            throw OnnxImportException.At(
                node, $"its {attribute} [{string.Join(", ", values.Take(8))}] are not {count} numbers from {least} to {short.MaxValue}",
                "Export the model for images, [N, C, H, W], with a window that fits");
        }

        return Array.ConvertAll(values, v => (int)v);
    }
}

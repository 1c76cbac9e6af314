using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>The window of a convolution or pool, and the size of what it yields. One spatial dimension is a row of columns.</summary>
internal static class WindowAttributes
{
    public static Window Read(NodeProto node, TensorView input, int[] kernel)
    {
        int spatial = input.Rank - 2;
        int[] strides = Values(node, "strides", spatial, 1, 1), dilations = Values(node, "dilations", spatial, 1, 1);
        var window = new Window(Row(kernel, spatial, 1), kernel[^1], Row(strides, spatial, 1), strides[^1], 0, 0, 0, 0)
        {
            DilationHeight = Row(dilations, spatial, 1),
            DilationWidth = dilations[^1],
        };
        Border pad = Padding(node, spatial, input, window);
        return window with { PadTop = pad.Top, PadLeft = pad.Left, PadBottom = pad.Bottom, PadRight = pad.Right };
    }

    /// <summary>A pool's "kernel_shape".</summary>
    public static int[] Kernel(NodeProto node, TensorView input) => node.Integers("kernel_shape") is null
        ? throw OnnxImportException.At(node, "it has no kernel_shape", "Export the model again")
        : Values(node, "kernel_shape", input.Rank - 2, 1, 1);

    public static (int Height, int Width) OutputSize(NodeProto node, TensorView input, Window window)
    {
        long rows = (long)input.Height + window.PadTop + window.PadBottom - window.ExtentHeight;
        long columns = (long)input.Width + window.PadLeft + window.PadRight - window.ExtentWidth;
        if (rows < 0 || columns < 0)
        {
            throw OnnxImportException.At(
                node,
                $"its window of {window.ExtentHeight} x {window.ExtentWidth} is larger than its input of {input.Height} x {input.Width}",
                "Export the model for larger images");
        }

        long height = (rows / window.StrideHeight) + 1, width = (columns / window.StrideWidth) + 1;
        NetworkBuilder.CheckLength(node, height, width, input.Channels);
        return ((int)height, (int)width);
    }

    /// <summary>
    /// A pool's window under ceil_mode: rows and columns of padding are added until every element is in some window. They are
    /// no maximum, and no average counts them.
    /// </summary>
    public static Window WithCeilMode(NodeProto node, TensorView input, Window window)
    {
        if (node.Integer("ceil_mode", 0) == 0)
            return window;
        return window with
        {
            PadBottom = window.PadBottom + Missing(input.Height, window.PadTop, window.PadBottom, window.ExtentHeight, window.StrideHeight),
            PadRight = window.PadRight + Missing(input.Width, window.PadLeft, window.PadRight, window.ExtentWidth, window.StrideWidth),
        };

        int Missing(int size, int before, int after, int extent, int stride)
        {
            int rest = Math.Max(0, size + before + after - extent) % stride;
            int missing = rest == 0 ? 0 : stride - rest;
            if (missing > 0 && size + after + missing - extent >= size)
                throw OnnxImportException.At(node, "ceil_mode adds a window that begins in the padding", "Use ceil_mode = 0");
            return missing;
        }
    }

    private static Border Padding(NodeProto node, int spatial, TensorView input, Window window)
    {
        string mode = node.Text("auto_pad", "NOTSET");
        switch (mode)
        {
            case "NOTSET":
                int[] pads = Values(node, "pads", 2 * spatial, 0, 0);
                return spatial == 1 ? new Border(0, pads[0], 0, pads[1]) : new Border(pads[0], pads[1], pads[2], pads[3]);
            case "VALID":
                return default;
            case "SAME_UPPER" or "SAME_LOWER":
                int rows = Same(input.Height, window.ExtentHeight, window.StrideHeight);
                int columns = Same(input.Width, window.ExtentWidth, window.StrideWidth);
                int extra = mode == "SAME_LOWER" ? 1 : 0;
                int top = (rows + extra) / 2, left = (columns + extra) / 2;
                return new Border(top, left, rows - top, columns - left);
            default:
                throw OnnxImportException.At(node, $"auto_pad is {mode}", "Export the model with explicit pads (auto_pad NOTSET or VALID)");
        }
    }

    /// <summary>Padding with which a window takes ⌈size / stride⌉ steps.</summary>
    private static int Same(int size, int extent, int stride) => Math.Max(0, (((size + stride - 1) / stride - 1) * stride) + extent - size);

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

using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>How a window moves over a layer's input. Dense is one window of the whole input.</summary>
internal sealed record Geometry(
    Shape Input, Shape Output, int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, int PadTop, int PadLeft)
{
    /// <summary>Rows from one element of the window to the next.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Columns from one element of the window to the next.</summary>
    public int DilationWidth { get; init; } = 1;

    /// <summary>Elements of a window over all channels.</summary>
    public int Columns => KernelHeight * KernelWidth * Input.Channels;

    /// <summary>Positions of the window.</summary>
    public int Positions => Output.Height * Output.Width;

    /// <summary>The geometry of a layer.</summary>
    public static Geometry Of(FloatNetwork network, FloatLayer layer)
    {
        LayerSpec spec = layer.Spec;
        Shape input = Shape.Of(network, spec.Inputs[0]);
        var output = new Shape(layer.Height, layer.Width, layer.Channels);
        bool whole = spec.Op is LayerOp.Dense or LayerOp.GlobalAvgPool;
        (int height, int width) = whole ? (input.Height, input.Width) : (Item(spec.Kernel, 0, 1), Item(spec.Kernel, 1, 1));
        return new Geometry(
            input, output, height, width, Item(spec.Stride, 0, 1), Item(spec.Stride, 1, 1), Item(spec.Pad, 0, 0), Item(spec.Pad, 1, 0))
        {
            DilationHeight = Item(spec.Dilation, 0, 1),
            DilationWidth = Item(spec.Dilation, 1, 1),
        };
    }

    /// <summary>Copies the window at a position into a row, zeros where it reaches into padding.</summary>
    public void CopyWindow(ReadOnlySpan<float> input, int position, Span<float> row)
    {
        int top = (position / Output.Width * StrideHeight) - PadTop, left = (position % Output.Width * StrideWidth) - PadLeft;
        if (DilationHeight > 1 || DilationWidth > 1)
        {
            CopyDilated(input, top, left, row);
            return;
        }

        int from = Math.Max(0, -left), to = Math.Min(KernelWidth, Input.Width - left);
        int rowLength = KernelWidth * Input.Channels;
        for (int y = 0; y < KernelHeight; y++)
        {
            Span<float> target = row.Slice(y * rowLength, rowLength);
            if ((uint)(top + y) >= (uint)Input.Height || from >= to)
            {
                target.Clear();
                continue;
            }

            target[..(from * Input.Channels)].Clear();
            input.Slice((((top + y) * Input.Width) + left + from) * Input.Channels, (to - from) * Input.Channels)
                .CopyTo(target[(from * Input.Channels)..]);
            target[(to * Input.Channels)..].Clear();
        }
    }

    private void CopyDilated(ReadOnlySpan<float> input, int top, int left, Span<float> row)
    {
        for (int i = 0; i < KernelHeight * KernelWidth; i++)
        {
            int y = top + (i / KernelWidth * DilationHeight), x = left + (i % KernelWidth * DilationWidth);
            Span<float> target = row.Slice(i * Input.Channels, Input.Channels);
            if ((uint)y < (uint)Input.Height && (uint)x < (uint)Input.Width)
                input.Slice(((y * Input.Width) + x) * Input.Channels, Input.Channels).CopyTo(target);
            else
                target.Clear();
        }
    }

    private static int Item(EquatableArray<int> array, int index, int otherwise) => array.Count > index ? array[index] : otherwise;
}

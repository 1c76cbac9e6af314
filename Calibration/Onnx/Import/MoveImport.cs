using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Slice as subsampling, and Pad of channels or, for the convolution that follows, of rows and columns.</summary>
internal static class MoveImport
{
    public static void Slice(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.Input(node, 0);
        (int Height, int Width) stride = SliceStride(net, node, input);
        if (stride == (1, 1))
        {
            net.DefineView(node, 0, input);
            return;
        }

        int height = Taken(input.Height, stride.Height), width = Taken(input.Width, stride.Width);
        if (input.Layer is { Op: LayerOp.Subsample } before && before.Stride.Height * stride.Height <= short.MaxValue
            && before.Stride.Width * stride.Width <= short.MaxValue && net.IsSoleReader(node, 0, input))
        {
            before.Stride = (before.Stride.Height * stride.Height, before.Stride.Width * stride.Width);
            before.Height = height;
            before.Width = width;
            net.DefineFolded(node, input);
            return;
        }

        net.DefineLayer(node, Layer(net, node, LayerOp.Subsample, input, height, width, stride), input.Rank);
    }

    public static void Pad(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.PaddedInput(node, 0);
        int[] pads = Pads(net, node, input);
        int rank = input.Rank;
        (int before, int after) = (pads[1], pads[rank + 1]);
        Border border = rank switch
        {
            4 => new Border(pads[2], pads[3], pads[6], pads[7]),
            3 => new Border(0, pads[2], 0, pads[5]),
            _ => default,
        };
        if (pads[0] != 0 || pads[rank] != 0 || ((before | after) != 0 && input.Border != default))
            throw OnnxImportException.At(node, $"it pads by [{string.Join(", ", pads)}]", "Only channels, rows and columns can be padded");

        if ((before | after) == 0)
        {
            net.DefineView(node, 0, input with { Border = input.Border + border });
            return;
        }

        if (border != default || (input.IsFlat && input.Pixels != 1))
            throw OnnxImportException.At(node, "it pads channels together with rows or columns", "Pad them by two Pad nodes");
        long channels = (long)input.Channels + before + after;
        NetworkBuilder.CheckLength(node, input.Height, input.Width, channels);
        net.DefineLayer(node, new DraftLayer
        {
            Name = net.NameFor(node, LayerOp.PadChannels),
            Op = LayerOp.PadChannels,
            Inputs = [input.Name],
            PadChannels = (before, after),
            Height = input.Height,
            Width = input.Width,
            Channels = (int)channels,
        }, rank);
    }

    private static (int Height, int Width) SliceStride(NetworkBuilder net, NodeProto node, TensorView input)
    {
        long[] starts = TensorData.Integers(node, net.Constant(node, 1)), ends = TensorData.Integers(node, net.Constant(node, 2));
        long[] axes = net.OptionalIntegers(node, 3) ?? [.. Enumerable.Range(0, Math.Min(starts.Length, 4)).Select(a => (long)a)];
        long[] steps = net.OptionalIntegers(node, 4) ?? [.. axes.Select(_ => 1L)];
        if (starts.Length > 4 || ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw OnnxImportException.At(node, "its starts, ends, axes and steps differ in length", "Export the model again");

        long[] stride = [1, 1];
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + input.Rank : axes[i];
            int? size = (input.Rank, axis) switch
            {
                (4, 2) => input.Height,
                (4, 3) or (3, 2) => input.Width,
                (2, 1) => input.Length,
                (_, 1) => input.Channels,
                _ => null,
            };
            bool all = starts[i] == 0 && steps[i] == 1 && (ends[i] >= (size ?? int.MaxValue));
            if (all)
                continue;
            long end = ends[i] < 0 ? ends[i] + (size ?? 0) : ends[i];
            bool every = size is { } n && axis >= 2 && starts[i] == 0 && steps[i] is > 0 and <= short.MaxValue
                && end > (Taken(n, (int)steps[i]) - 1) * steps[i];
            if (!every)
            {
                throw OnnxImportException.At(
                    node, $"it takes {starts[i]} … {ends[i]} by {steps[i]} of axis {axis}",
                    "Only every n-th row and column of the whole image, from the first, can be taken");
            }

            stride[axis - input.Rank + 2] *= steps[i];
        }

        return ((int)stride[0], (int)stride[1]);
    }

    private static int[] Pads(NetworkBuilder net, NodeProto node, TensorView input)
    {
        string mode = node.Text("mode", "constant");
        float value = NetworkBuilder.HasInput(node, 2) ? TensorData.Scalar(node, net.Constant(node, 2)) : 0;
        if (mode != "constant" || value != 0)
            throw OnnxImportException.At(node, $"it pads in mode '{mode}' with {value}", "Only padding with zeros can be imported");

        long[] given = TensorData.Integers(node, net.Constant(node, 1));
        long[] axes = net.OptionalIntegers(node, 3) ?? [.. Enumerable.Range(0, input.Rank).Select(a => (long)a)];
        bool valid = given.Length == 2 * axes.Length && axes.Length <= input.Rank && given.All(p => p is >= 0 and <= short.MaxValue)
            && axes.All(a => a >= -input.Rank && a < input.Rank);
        if (!valid)
        {
            throw OnnxImportException.At(
                node, $"it pads by [{string.Join(", ", given.Take(8))}]", "Only padding by 0 … 32767 on each side can be imported");
        }


        var pads = new int[2 * input.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + input.Rank : axes[i];
            pads[axis] = (int)given[i];
            pads[axis + input.Rank] = (int)given[i + axes.Length];
        }

        return pads;
    }

    private static int Taken(int size, int stride) => ((size - 1) / stride) + 1;

    private static DraftLayer Layer(
        NetworkBuilder net, NodeProto node, LayerOp op, TensorView input, int height, int width, (int Height, int Width) stride) => new()
        {
            Name = net.NameFor(node, op),
            Op = op,
            Inputs = [input.Name],
            Stride = stride,
            Height = height,
            Width = width,
            Channels = input.Channels,
        };
}

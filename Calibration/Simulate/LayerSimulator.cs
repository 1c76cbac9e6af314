using System.Buffers;
using BitKernelGen.Calibration.LinearAlgebra;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>Computes a layer's output in float32 from real-valued inputs, one sample at a time.</summary>
internal static class LayerSimulator
{
    /// <summary>The output, the activation applied.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="geometry">Its geometry.</param>
    /// <param name="inputs">A sample of each tensor that it reads.</param>
    /// <param name="inputShapes">Their shapes.</param>
    /// <param name="weights">Its weights, which may be other ones than the layer's own.</param>
    /// <param name="bias">Its bias.</param>
    public static float[] Run(
        FloatLayer layer, Geometry geometry, float[][] inputs, Shape[] inputShapes, float[] weights, float[] bias)
    {
        float[] output = layer.Spec.Op switch
        {
            LayerOp.Conv when layer.Spec.Groups > 1 => GroupedProduct.Run(geometry, inputs[0], weights, bias, layer.Spec.Groups),
            LayerOp.Conv or LayerOp.Dense => Product(geometry, inputs[0], weights, bias),
            LayerOp.Depthwise => Depthwise(geometry, inputs[0], weights, bias),
            LayerOp.Add => Add(inputs[0], inputs[1]),
            LayerOp.Mul => FloatFunctions.Multiply(inputs[0], inputs[1]),
            LayerOp.Softmax => FloatFunctions.Softmax(inputs[0], geometry.Input.Channels),
            LayerOp.MaxPool => Pool(geometry, inputs[0], average: false),
            LayerOp.AvgPool or LayerOp.GlobalAvgPool => Pool(geometry, inputs[0], average: true, layer.Spec.CountIncludePad),
            LayerOp.Concat => Concat(inputs, inputShapes),
            LayerOp.Flatten => inputs[0],
            LayerOp.Subsample => Subsample(geometry, inputs[0]),
            LayerOp.PadChannels => PadChannels(geometry, inputs[0], layer.Spec.PadChannels[0]),
            _ => throw new NotSupportedException($"The layer '{layer.Spec.Name}' is a {layer.Spec.Op}, which the simulator does not know."),
        };
        FloatFunctions.Activate(output, layer);
        return output;
    }

    private static float[] Product(Geometry geometry, float[] input, float[] weights, float[] bias)
    {
        int outputs = bias.Length, columns = geometry.Columns, positions = geometry.Positions;
        Memory<float> rows = input;
        float[]? pooled = null;
        bool direct = geometry is { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, PadTop: 0, PadLeft: 0 }
            && geometry.Output.Height == geometry.Input.Height && geometry.Output.Width == geometry.Input.Width;
        if (!direct)
        {
            rows = pooled = ArrayPool<float>.Shared.Rent(positions * columns);
            for (int position = 0; position < positions; position++)
                geometry.CopyWindow(input, position, pooled.AsSpan(position * columns, columns));
        }

        var output = new float[positions * outputs];
        for (int position = 0; position < positions; position++)
            bias.CopyTo(output, position * outputs);
        MatrixProduct.Accumulate(
            new MatrixView<float>(rows, positions, columns),
            new MatrixView<float>(weights, outputs, columns).Transposed,
            new MatrixView<float>(output, positions, outputs));
        if (pooled is not null)
            ArrayPool<float>.Shared.Return(pooled);
        return output;
    }

    private static float[] Depthwise(Geometry geometry, float[] input, float[] weights, float[] bias)
    {
        int channels = bias.Length, size = geometry.KernelHeight * geometry.KernelWidth;
        var output = new float[geometry.Positions * channels];
        var window = new float[geometry.Columns];
        for (int position = 0; position < geometry.Positions; position++)
        {
            geometry.CopyWindow(input, position, window);
            Span<float> target = output.AsSpan(position * channels, channels);
            bias.CopyTo(target);
            for (int i = 0; i < size; i++)
            {
                for (int channel = 0; channel < channels; channel++)
                    target[channel] += window[(i * channels) + channel] * weights[(channel * size) + i];
            }
        }

        return output;
    }

    private static float[] Add(float[] first, float[] second)
    {
        var sum = new float[first.Length];
        for (int i = 0; i < sum.Length; i++)
            sum[i] = first[i] + second[i];
        return sum;
    }

    private static float[] Pool(Geometry geometry, float[] input, bool average, bool countsPadding = false)
    {
        (Shape from, Shape to) = (geometry.Input, geometry.Output);
        var output = new float[to.Length];
        for (int position = 0; position < geometry.Positions; position++)
        {
            int top = (position / to.Width * geometry.StrideHeight) - geometry.PadTop;
            int left = (position % to.Width * geometry.StrideWidth) - geometry.PadLeft;
            int firstRow = Math.Max(0, top), endRow = Math.Min(from.Height, top + geometry.KernelHeight);
            int firstColumn = Math.Max(0, left), endColumn = Math.Min(from.Width, left + geometry.KernelWidth);
            Span<float> target = output.AsSpan(position * to.Channels, to.Channels);
            target.Fill(average ? 0 : float.NegativeInfinity);
            for (int row = firstRow; row < endRow; row++)
            {
                for (int column = firstColumn; column < endColumn; column++)
                {
                    ReadOnlySpan<float> pixel = input.AsSpan(((row * from.Width) + column) * from.Channels, from.Channels);
                    for (int channel = 0; channel < target.Length; channel++)
                        target[channel] = average ? target[channel] + pixel[channel] : Math.Max(target[channel], pixel[channel]);
                }
            }

            int count = countsPadding ? geometry.KernelHeight * geometry.KernelWidth : (endRow - firstRow) * (endColumn - firstColumn);
            for (int channel = 0; average && channel < target.Length; channel++)
                target[channel] /= count;
        }

        return output;
    }

    private static float[] Concat(float[][] inputs, Shape[] shapes)
    {
        int channels = shapes.Sum(shape => shape.Channels), positions = shapes[0].Height * shapes[0].Width;
        var output = new float[positions * channels];
        for (int position = 0; position < positions; position++)
        {
            int at = position * channels;
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i].AsSpan(position * shapes[i].Channels, shapes[i].Channels).CopyTo(output.AsSpan(at));
                at += shapes[i].Channels;
            }
        }

        return output;
    }

    private static float[] Subsample(Geometry geometry, float[] input)
    {
        var output = new float[geometry.Output.Length];
        int channels = geometry.Output.Channels;
        for (int position = 0; position < geometry.Positions; position++)
        {
            int row = position / geometry.Output.Width * geometry.StrideHeight;
            int column = position % geometry.Output.Width * geometry.StrideWidth;
            input.AsSpan(((row * geometry.Input.Width) + column) * channels, channels).CopyTo(output.AsSpan(position * channels));
        }

        return output;
    }

    private static float[] PadChannels(Geometry geometry, float[] input, int before)
    {
        var output = new float[geometry.Output.Length];
        int channels = geometry.Input.Channels;
        for (int position = 0; position < geometry.Positions; position++)
            input.AsSpan(position * channels, channels).CopyTo(output.AsSpan((position * geometry.Output.Channels) + before));
        return output;
    }
}

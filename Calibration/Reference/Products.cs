using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>Layers with weights: conv, depthwise, dense.</summary>
internal static class Products
{
    public static Activations Run(Layer layer, QuantizedLayer weights, Activations input, Tensor output, float[]? slopes)
    {
        Code code = input.Tensor.Code!.Product;
        float step = code.Step;
        float[] scale = Array.ConvertAll(weights.Scale, s => step * s);
        float[] bias = [.. weights.Bias];
        if (layer.IsPremultiplied)
        {
            float reciprocal = output.SumCode!.Reciprocal;
            scale = Array.ConvertAll(scale, m => m * reciprocal);
            bias = Array.ConvertAll(bias, b => b * reciprocal);
        }

        float[] results = layer.ReadsPlanes
            ? OfPlanes(layer, weights, input, output, scale, bias)
            : OfLevels(SumsOf(layer, weights, input.Tensor, input.DifferencesForProducts(), output), scale, bias);
        return layer.IsPremultiplied
            ? Activations.EncodePremultiplied(output, results, layer.Activation, slopes)
            : Activations.Encode(output, results, layer.Activation, slopes);
    }

    private static float[] OfLevels(int[] sums, float[] scale, float[] bias)
    {
        var results = new float[sums.Length];
        for (int i = 0; i < results.Length; i++)
        {
            int channel = i % bias.Length;
            float product = sums[i] * scale[channel];
            results[i] = product + bias[channel];
        }

        return results;
    }

    /// <summary>Plane after plane, the most significant first; the first one takes the bias.</summary>
    private static float[] OfPlanes(Layer layer, QuantizedLayer weights, Activations input, Tensor output, float[] scale, float[] bias)
    {
        EquatableArray<float> coefficients = input.Tensor.Code!.Planes!.Coefficients;
        float[] results = [];
        for (int plane = 0; plane < coefficients.Count; plane++)
        {
            float coefficient = coefficients[plane];
            float[] ofPlane = Array.ConvertAll(scale, m => m * coefficient);
            int[] sums = SumsOf(layer, weights, input.Tensor, input.Plane(plane), output);
            if (plane == 0)
            {
                results = OfLevels(sums, ofPlane, bias);
                continue;
            }

            for (int i = 0; i < results.Length; i++)
            {
                float product = sums[i] * ofPlane[i % bias.Length];
                results[i] = product + results[i];
            }
        }

        return results;
    }

    /// <summary>acc of every output, exact.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="differences">L − z of every element, or a plane of it.</param>
    /// <param name="output">What it writes.</param>
    private static int[] SumsOf(Layer layer, QuantizedLayer weights, Tensor input, int[] differences, Tensor output)
    {
        int channels = input.Channels;
        int groups = layer.Spec.Op == LayerOp.Depthwise ? channels : layer.Groups;
        int read = channels / groups, written = output.Channels / groups;
        var sums = new int[output.Length];
        Parallel.For(0, output.Height, row =>
        {
            var window = new int[layer.Window.KernelHeight * layer.Window.KernelWidth * channels];
            for (int column = 0; column < output.Width; column++)
            {
                Gather(layer.Window, differences, input, row, column, window);
                for (int o = 0; o < output.Channels; o++)
                {
                    ReadOnlySpan<sbyte> filter = weights.Values.AsSpan(o * weights.Inputs, weights.Inputs);
                    long sum = groups == 1 ? Sum(window, filter) : Sum(window.AsSpan(o / written * read), filter, channels, read);
                    sums[(((row * output.Width) + column) * output.Channels) + o] = checked((int)sum);
                }
            }
        });
        return sums;
    }

    private static long Sum(ReadOnlySpan<int> window, ReadOnlySpan<sbyte> filter)
    {
        long sum = 0;
        for (int i = 0; i < filter.Length; i++)
            sum += window[i] * filter[i];
        return sum;
    }

    /// <summary>The same where only some of the channels are read.</summary>
    private static long Sum(ReadOnlySpan<int> window, ReadOnlySpan<sbyte> filter, int channels, int read)
    {
        long sum = 0;
        for (int i = 0; i < filter.Length; i++)
            sum += window[(i / read * channels) + (i % read)] * filter[i];
        return sum;
    }

    /// <summary>The window's L − z, ordered by row, column, channel; padding is 0.</summary>
    private static void Gather(Window window, int[] differences, Tensor input, int outputRow, int outputColumn, Span<int> gathered)
    {
        int i = 0;
        for (int kernelRow = 0; kernelRow < window.KernelHeight; kernelRow++)
        {
            int row = (outputRow * window.StrideHeight) + (kernelRow * window.DilationHeight) - window.PadTop;
            for (int kernelColumn = 0; kernelColumn < window.KernelWidth; kernelColumn++)
            {
                int column = (outputColumn * window.StrideWidth) + (kernelColumn * window.DilationWidth) - window.PadLeft;
                bool isInside = row >= 0 && row < input.Height && column >= 0 && column < input.Width;
                for (int channel = 0; channel < input.Channels; channel++)
                    gathered[i++] = isInside ? differences[(((row * input.Width) + column) * input.Channels) + channel] : 0;
            }
        }
    }
}

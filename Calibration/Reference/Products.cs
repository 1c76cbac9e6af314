using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>Layers with weights: conv, depthwise, dense.</summary>
internal static class Products
{
    public static Activations Run(Layer layer, QuantizedLayer weights, Activations input, Tensor output, float[]? slopes)
    {
        float step = input.Tensor.Code!.Step;
        float[] scale = Array.ConvertAll(weights.Scale, s => step * s);
        float[] bias = [.. weights.Bias];
        if (layer.IsPremultiplied)
        {
            float reciprocal = output.SumCode!.Reciprocal;
            scale = Array.ConvertAll(scale, m => m * reciprocal);
            bias = Array.ConvertAll(bias, b => b * reciprocal);
        }

        int[] sums = SumsOf(layer, weights, input, output);
        var results = new float[sums.Length];
        for (int i = 0; i < results.Length; i++)
        {
            int channel = i % output.Channels;
            float product = sums[i] * scale[channel];
            results[i] = product + bias[channel];
        }

        return layer.IsPremultiplied
            ? Activations.EncodePremultiplied(output, results, layer.Activation, slopes)
            : Activations.Encode(output, results, layer.Activation, slopes);
    }

    /// <summary>acc of every output, exact.</summary>
    private static int[] SumsOf(Layer layer, QuantizedLayer weights, Activations input, Tensor output)
    {
        int[] differences = input.DifferencesForProducts();
        int channels = input.Tensor.Channels;
        int groups = layer.Spec.Op == LayerOp.Depthwise ? channels : layer.Groups;
        int read = channels / groups, written = output.Channels / groups;
        var sums = new int[output.Length];
        Parallel.For(0, output.Height, row =>
        {
            var window = new int[layer.Window.KernelHeight * layer.Window.KernelWidth * channels];
            for (int column = 0; column < output.Width; column++)
            {
                Gather(layer.Window, differences, input.Tensor, row, column, window);
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

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>What reads values rather than levels: add, mul, concat and softmax.</summary>
internal static class Sums
{
    public static Activations Add(Layer layer, Activations first, Activations second, Tensor output)
    {
        float[] a = first.ReadBySum(), b = second.ReadBySum();
        var results = new float[output.Length];
        for (int i = 0; i < results.Length; i++)
            results[i] = a[i] + b[i];
        return Activations.Encode(output, results, layer.Activation);
    }

    public static Activations Mul(Layer layer, Activations first, Activations second, Tensor output)
    {
        float[] a = first.ReadBySum(), b = second.ReadBySum();
        var results = new float[output.Length];
        for (int i = 0; i < results.Length; i++)
            results[i] = a[i] * b[i % b.Length];
        return Activations.Encode(output, results, layer.Activation);
    }

    public static Activations Softmax(Activations input, Tensor output)
    {
        float[] values = input.ReadBySum();
        int channels = output.Channels;
        for (int pixel = 0; pixel < values.Length; pixel += channels)
        {
            Span<float> x = values.AsSpan(pixel, channels);
            float most = x[0];
            foreach (float value in x)
                most = MathF.Max(most, value);
            double sum = 0;
            for (int i = 0; i < channels; i++)
            {
                x[i] = Functions.Exponential(MathF.Max(x[i] - most, -87));
                sum += x[i];
            }

            var divisor = (float)sum;
            for (int i = 0; i < channels; i++)
                x[i] /= divisor;
        }

        return Activations.Encode(output, values, ActivationFunction.None);
    }

    public static Activations Concat(Activations[] inputs, Tensor output)
    {
        var results = new float[output.Length];
        int channelsBefore = 0;
        foreach (Activations input in inputs)
        {
            float[] values = input.ReadBySum();
            int channels = input.Tensor.Channels;
            for (int i = 0; i < values.Length; i++)
                results[(i / channels * output.Channels) + channelsBefore + (i % channels)] = values[i];
            channelsBefore += channels;
        }

        return Activations.Encode(output, results, ActivationFunction.None);
    }
}

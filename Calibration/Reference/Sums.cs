using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>What reads values rather than levels: add and concat.</summary>
internal static class Sums
{
    public static Activations Add(Layer layer, Activations first, Activations second, Tensor output)
    {
        float[] a = first.ReadBySum(), b = second.ReadBySum();
        var results = new float[output.Length];
        for (int i = 0; i < results.Length; i++)
            results[i] = a[i] + b[i];
        return Activations.Encode(output, results, layer.Spec.Activation);
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

        return Activations.Encode(output, results, Activation.None);
    }
}

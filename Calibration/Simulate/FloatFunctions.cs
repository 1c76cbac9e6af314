using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>Activations and other functions of float32 tensors, by the platform's own exponential: for statistics, not for results.</summary>
internal static class FloatFunctions
{
    /// <summary>Applies a layer's activation in place.</summary>
    public static void Activate(float[] values, FloatLayer layer)
    {
        ActivationFunction activation = ActivationFunction.Of(layer.Spec);
        if (activation.Kind == Activation.None)
            return;
        for (int i = 0; i < values.Length; i++)
        {
            float y = values[i];
            values[i] = activation.Kind switch
            {
                Activation.LeakyRelu => y < 0 ? y * activation.Slope : y,
                Activation.PRelu => y < 0 ? y * layer.Slopes[i % layer.Slopes.Length] : y,
                Activation.HardSwish => y * Math.Clamp(y + 3, 0, 6) / 6,
                Activation.Sigmoid => 1 / (1 + MathF.Exp(-y)),
                Activation.Silu => y / (1 + MathF.Exp(-y)),
                _ => Math.Min(Math.Max(y, activation.Low), activation.High),
            };
        }
    }

    /// <summary>A tensor times another one, or times one number for each channel.</summary>
    public static float[] Multiply(float[] first, float[] second)
    {
        var product = new float[first.Length];
        for (int i = 0; i < product.Length; i++)
            product[i] = first[i] * second[i % second.Length];
        return product;
    }

    /// <summary>Softmax over the channels of each pixel.</summary>
    public static float[] Softmax(float[] input, int channels)
    {
        var output = new float[input.Length];
        for (int pixel = 0; pixel < input.Length; pixel += channels)
        {
            Span<float> target = output.AsSpan(pixel, channels);
            float most = float.NegativeInfinity, sum = 0;
            foreach (float x in input.AsSpan(pixel, channels))
                most = Math.Max(most, x);
            for (int i = 0; i < channels; i++)
            {
                target[i] = MathF.Exp(input[pixel + i] - most);
                sum += target[i];
            }

            for (int i = 0; i < channels; i++)
                target[i] /= sum;
        }

        return output;
    }
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>
/// Activation functions, one float32 operation after the other: <c>docs/arithmetic.md</c>, "Activations". No function of the
/// platform's is called, since those differ from machine to machine.
/// </summary>
internal static class Functions
{
    /// <summary>Everything but limits.</summary>
    public static float[] Apply(ActivationFunction activation, float[] values, float[]? slopes) => activation.Kind switch
    {
        Activation.LeakyRelu => Array.ConvertAll(values, y => Leaky(y, activation.Slope)),
        Activation.PRelu => [.. values.Select((y, i) => Leaky(y, slopes![i % slopes.Length]))],
        Activation.HardSwish => Array.ConvertAll(values, HardSwish),
        Activation.Sigmoid => Array.ConvertAll(values, Sigmoid),
        Activation.Silu => Array.ConvertAll(values, Silu),
        _ => values,
    };

    /// <summary>The limits of relu, relu6 and clip.</summary>
    public static float Limit(ActivationFunction activation, float y) =>
        activation.IsLimit ? MathF.Min(MathF.Max(y, activation.Low), activation.High) : y;

    /// <summary>e^x for −87 … 87, to within 1e-7 of it.</summary>
    public static float Exponential(float x)
    {
        int n = (int)MathF.Round(x * 1.44269504f, MidpointRounding.ToEven);
        float f = x - (n * 0.693359375f);
        f -= n * -2.12194440e-4f;
        float p = 1.9875691500e-4f;
        p = (p * f) + 1.3981999507e-3f;
        p = (p * f) + 8.3334519073e-3f;
        p = (p * f) + 4.1665795894e-2f;
        p = (p * f) + 1.6666665459e-1f;
        p = (p * f) + 5.0000001201e-1f;
        p = (p * (f * f)) + f;
        p += 1;
        return p * BitConverter.Int32BitsToSingle((n + 127) << 23);
    }

    /// <summary>1 / (1 + e^−y).</summary>
    public static float Sigmoid(float y) => 1 / (1 + Exponential(-MathF.Min(MathF.Max(y, -87), 87)));

    /// <summary>y · min(max(y + 3, 0), 6) / 6.</summary>
    public static float HardSwish(float y)
    {
        y = MathF.Max(y, -3);
        return y * MathF.Min(y + 3, 6) * (1 / 6f);
    }

    /// <summary>y / (1 + e^−y).</summary>
    public static float Silu(float y) => MathF.Max(y, -87) * Sigmoid(y);

    private static float Leaky(float y, float slope) => y < 0 ? y * slope : y;
}

namespace BitKernelGen.Profiles;

/// <summary>An activation with its numbers as the arithmetic has them. See <c>docs/arithmetic.md</c>, "Activations".</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Low">The lower limit of relu, relu6 and clip; −∞ for the others.</param>
/// <param name="High">The upper limit; +∞ where there is none.</param>
/// <param name="Slope">The factor below 0 of leaky-relu; 0 for the others.</param>
public sealed record ActivationFunction(Activation Kind, float Low, float High, float Slope)
{
    /// <summary>The sum itself.</summary>
    public static ActivationFunction None { get; } = new(Activation.None, float.NegativeInfinity, float.PositiveInfinity, 0);

    /// <summary>A layer's. −0 becomes 0, by the addition: kernels that differ in nothing else are one.</summary>
    public static ActivationFunction Of(LayerSpec spec) => spec.Activation switch
    {
        Activation.Relu => None with { Kind = Activation.Relu, Low = 0 },
        Activation.Relu6 => None with { Kind = Activation.Relu6, Low = 0, High = 6 },
        Activation.Clip => None with { Kind = Activation.Clip, Low = (float)spec.Limits[0] + 0f, High = (float)spec.Limits[1] + 0f },
        Activation.LeakyRelu => None with { Kind = Activation.LeakyRelu, Slope = (float)spec.Slope + 0f },
        _ => None with { Kind = spec.Activation },
    };

    /// <summary>Whether it is min(max(y, low), high), which an encoding does on the way.</summary>
    public bool IsLimit => Kind is Activation.Relu or Activation.Relu6 or Activation.Clip;

    /// <summary>Whether f(a · y) = a · f(y) for a above 0, limits aside.</summary>
    public bool CommutesWithScaling => Kind is Activation.None or Activation.LeakyRelu or Activation.PRelu || IsLimit;
}

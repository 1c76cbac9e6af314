using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>What an activation and a code leave of a sum: all below and above looks like the end of the range.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct OutputRange(float Low, float High)
{
    /// <summary>The range of what a layer's activation and its codes leave.</summary>
    public static OutputRange Of(Activation activation, LayerCodes codes)
    {
        float low = float.NegativeInfinity, high = float.PositiveInfinity;
        // Other functions bend the sum: what they leave of it is not what a code leaves of their value.
        if (activation is not (Activation.None or Activation.Relu or Activation.Relu6))
            return new OutputRange(low, high);
        foreach (Bottleneck? code in (ReadOnlySpan<Bottleneck?>)[codes.Code, codes.Skip])
        {
            if (code is null)
                continue;
            double largest = code.Spec.Coefficients.Count == 0 ? (1 << code.Spec.Bits) - 1 : code.Spec.Coefficients.Sum();
            (float bottom, float top) = (-code.Spec.Step * code.Spec.Zero, (float)(code.Spec.Step * (largest - code.Spec.Zero)));
            low = float.IsInfinity(low) ? bottom : Math.Min(low, bottom);
            high = float.IsInfinity(high) ? top : Math.Max(high, top);
        }

        if (activation is Activation.Relu or Activation.Relu6)
            low = Math.Max(low, 0);
        if (activation is Activation.Relu6)
            high = Math.Min(high, 6);
        return new OutputRange(low, high);
    }

    /// <summary>What a sum should be, given what it is: itself where it is beyond the same end as what was asked for.</summary>
    public float Aim(float asked, float current)
    {
        if (asked <= Low)
            return Math.Min(current, Low);
        return asked >= High ? Math.Max(current, High) : asked;
    }
}

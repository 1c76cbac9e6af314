using System.Linq;
using BitKernelGen.Profiles.Binding;

namespace BitKernelGen.Profiles;

/// <summary>When the input's channels may be encoded each in its own way, by a gain and a zero.</summary>
public static class ChannelCodeRule
{
    /// <summary>Whether a layer can read such an input: its sums see each channel by itself, so that a constant takes the zeros off.</summary>
    /// <param name="spec">The layer.</param>
    public static bool Allows(LayerSpec spec) => spec.Op switch
    {
        LayerOp.Depthwise or LayerOp.Dense => true,
        LayerOp.Conv => spec.Groups <= 1 && spec.Dilation.All(step => step == 1),
        _ => false,
    };

    internal static void Check(InputSpec spec, Shape? shape, Code? code, Reporter reporter)
    {
        if (shape is not null && spec.Gain.Count > 0 && spec.Gain.Count != shape.Channels)
            reporter.Report("BKG009", "gain", $"there are {spec.Gain.Count} gains for {shape.Channels} channels.");
        if (shape is not null && spec.Zeros.Count > 0 && spec.Zeros.Count != shape.Channels)
            reporter.Report("BKG009", "zeros", $"there are {spec.Zeros.Count} zeros for {shape.Channels} channels.");
        if (spec.Zeros.Count > 0 && spec.Code.Zero != 0)
            reporter.Report("BKG013", "code.zero", "'zeros' takes the place of the code's 'zero'.");
        for (int i = 0; i < spec.Gain.Count; i++)
        {
            if (!Rules.IsPositive(spec.Gain[i]))
                reporter.Report("BKG004", "gain", "a gain must be a finite number above 0.", i);
            else if (code is not null && !IsNormal((float)(spec.Gain[i] / code.Step)))
                reporter.Report("BKG004", "gain", "the gain over the code's step must be a normal number in float32.", i);
        }

        if (code is null)
            return;
        if ((spec.Gain.Count > 0 || spec.Zeros.Count > 0) && !code.IsEven)
            reporter.Report("BKG013", "code.coefficients", "with 'gain' or 'zeros' the levels are 0, 1, 2 …: coefficients do not apply.");
        if ((spec.Gain.Count > 0 || spec.Zeros.Count > 0) && spec.Code.Planes)
            reporter.Report("BKG013", "code.planes", "with 'gain' or 'zeros' there are no bit-planes.");
        for (int i = 0; i < spec.Zeros.Count; i++)
        {
            if (spec.Zeros[i] < 0 || spec.Zeros[i] > code.MaxLevel)
                reporter.Report("BKG011", "zeros", $"{spec.Zeros[i]} is not a level of the code, which are 0 to {code.MaxLevel}.", i);
        }
    }

    internal static void CheckReaders(BitProfile profile, Reporter reporter)
    {
        if (profile.Input is not { } input || input.Gain.Count + input.Zeros.Count == 0)
            return;
        LayerSpec? reader = profile.Layers.FirstOrDefault(layer => layer is not null && layer.Inputs.Contains("input") && !Allows(layer));
        if (reader is not null)
        {
            reporter.Report(
                "BKG013", input.Zeros.Count > 0 ? "zeros" : "gain",
                $"only conv without groups and dilation, depthwise and dense may read channels with a gain or zero of their own, but '{reader.Name}' reads them too.");
        }
    }

    private static bool IsNormal(float value) => value >= 1.17549435e-38f && value <= float.MaxValue;
}

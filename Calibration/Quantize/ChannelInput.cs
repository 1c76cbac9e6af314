using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// The code of an input of raw bytes, with a gain and a zero for each channel that make each byte a level of its own: level − zero
/// is the byte less its rounded mean, no matter how channels are normalised. What is left of the mean is the same for every pixel,
/// so the biases that are fitted take it up.
/// </summary>
/// <param name="Code">The code.</param>
/// <param name="Gain">What each channel is multiplied by; empty where the channels have one standard deviation.</param>
/// <param name="Zeros">The level of zero in each channel; empty where that is the code's.</param>
internal sealed record ChannelInput(CodeSpec Code, EquatableArray<double> Gain, EquatableArray<int> Zeros)
{
    // Where a mean lies halfway between two bytes, every byte would be a tie, and two bytes one level.
    private const double MostRest = 0.49;

    /// <summary>
    /// The code; null where it does not suit the network, the normalisation or the way of rounding; where codes are coarse, since the
    /// noise of one common code does not show behind them, and exported models fuse their first layer with it; and where all
    /// channels are alike: one code does as well for them, and keeps the float's zero in padding.
    /// </summary>
    public static ChannelInput? Of(FloatNetwork network, CodePlan plan, QuantizeOptions options)
    {
        if (options is not { Method: CodeMethod.Exact, Rounding: RoundingMethod.Sequential or RoundingMethod.BiasCorrected, Normalization: { } bytes })
            return null;
        double[] means = [.. bytes.Mean.Select(mean => mean / bytes.Scale)];
        int[] zeros = [.. means.Select(mean => (int)Math.Round(Math.Clamp(mean, -1, 256)))];
        bool haveOneGain = bytes.Std.All(std => std == bytes.Std[0]), haveOneZero = zeros.All(zero => zero == zeros[0]);
        if ((haveOneGain && haveOneZero)
            || plan.Layers.Any(layer => layer.CodeBits < CodePlanner.FineBits)
            || !Readers(network).All(layer => Suits(network, layer))
            || zeros.Any(zero => zero is < 0 or > byte.MaxValue)
            || means.Zip(zeros, (mean, zero) => Math.Abs(mean - zero)).Any(rest => rest > MostRest))
        {
            return null;
        }

        float step = (float)(bytes.Scale / Math.Exp(bytes.Std.Average(Math.Log)));
        return new ChannelInput(
            new CodeSpec { Bits = CodePlanner.InputBits, Step = step, Zero = haveOneZero ? zeros[0] : 0 },
            haveOneGain ? default : new EquatableArray<double>(bytes.Std.Select(std => step * std / bytes.Scale)),
            haveOneZero ? default : new EquatableArray<int>(zeros));
    }

    /// <summary>The network for an input that the gains have been multiplied into.</summary>
    public FloatNetwork Rescale(FloatNetwork network)
    {
        if (Gain.Count == 0)
            return network;
        FloatLayer[] readers = [.. Readers(network)];
        return network with { Layers = [.. network.Layers.Select(layer => readers.Contains(layer) ? Rescale(layer) : layer)] };
    }

    /// <summary>A sample with the gains multiplied in.</summary>
    /// <param name="sample">Height-width-channel order.</param>
    public float[] Scaled(float[] sample) =>
        Gain.Count == 0 ? sample : [.. sample.Select((x, i) => (float)(x * Gain[i % Gain.Count]))];

    private static IEnumerable<FloatLayer> Readers(FloatNetwork network) => network.Layers.Where(layer => layer.Spec.Inputs.Contains("input"));

    /// <summary>Whether a layer can read it, and has its bias fitted.</summary>
    private static bool Suits(FloatNetwork network, FloatLayer layer) =>
        ChannelCodeRule.Allows(layer.Spec)
        && (layer.Spec.Op == LayerOp.Depthwise || Geometry.Of(network, layer).Columns <= SequentialRounding.MostInputs);

    private FloatLayer Rescale(FloatLayer layer)
    {
        int size = layer.Weights.Length / layer.Bias.Length;
        bool isDepthwise = layer.Spec.Op == LayerOp.Depthwise;
        return layer with
        {
            Weights = [.. layer.Weights.Select((weight, i) => (float)(weight / Gain[isDepthwise ? i / size : i % Gain.Count]))],
        };
    }
}

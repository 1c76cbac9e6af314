extern alias generator;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Profiles;
using generator::BitKernelGen.Generator.Planning;
using ProfileReader = generator::BitKernelGen.Profiles.ProfileReader;

namespace BitKernelGen.Tool.Planning;

/// <summary>
/// A profile of a network that is not quantized yet: layers, bits and which tensors take both signs are those to come, steps and
/// weights stand for any. Enough to count its bytes and cycles by.
/// </summary>
internal static class DraftProfile
{
    private const int Sha256Digits = 64;

    /// <summary>The generator's plan of it.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="options">Bits of codes, and what is preferred.</param>
    /// <param name="weightBits">Bits of every layer's weights.</param>
    /// <param name="codeBits">Bits of codes.</param>
    public static Plan PlanOf(FloatNetwork network, QuantizeOptions options, int weightBits, int codeBits)
    {
        string profile = Text(network, options with { Bits = codeBits, WeightBits = weightBits, EdgeWeightBits = 1 });
        return Planner.Plan(ProfileReader.Read(profile).Network ?? throw new InvalidOperationException("The draft of a profile has errors."));
    }

    private static string Text(FloatNetwork network, QuantizeOptions options)
    {
        CodePlan plan = CodePlanner.Plan(network, options);
        var layers = network.Layers.Zip(plan.Layers, (layer, planned) => layer.Spec with
        {
            Weight = planned.WeightBits is { } bits ? new WeightSpec(bits) : null,
            Code = planned.Inherits ? null : Code(planned.CodeBits, layer.Spec.Activation),
            Skip = planned.Inherits ? null : Code(planned.SkipBits, layer.Spec.Activation),
        });
        return ProfileWriter.Write(new BitProfile
        {
            Name = options.Name,
            Prefer = options.Prefer,
            Weights = new WeightsReference("draft.safetensors", new string('0', Sha256Digits)),
            Input = new InputSpec
            {
                Shape = new EquatableArray<int>(network.Height, network.Width, network.Channels),
                Code = Code(8, Activation.None)!,
            },
            Layers = new EquatableArray<LayerSpec>(layers),
            Output = new OutputSpec(network.Output, default),
        });
    }

    private static CodeSpec? Code(int? bits, Activation activation) => bits is not { } k ? null : new CodeSpec
    {
        Bits = k,
        Step = 1,
        Zero = activation == Activation.None ? 1 << (k - 1) : 0,
    };
}

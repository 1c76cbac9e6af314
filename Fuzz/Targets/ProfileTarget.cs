using System.Text;
using BitKernelGen.Fuzz.Mutation;
using BitKernelGen.Profiles;
using BitKernelGen.Profiles.Tests.Reading;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>The profile reader: it never throws, and what it accepts it reads back from its own writing.</summary>
internal sealed class ProfileTarget : FuzzTarget
{
    private static readonly string[] Words =
    [
        "format", "name", "weights", "file", "sha256", "input", "shape", "mean", "std", "scale", "gain", "zeros", "code", "bits", "step", "zero",
        "coefficients", "layer", "op", "kernel", "stride", "pad", "dilation", "groups", "channels", "weight", "activation", "slope", "limits", "skip",
        "bounds", "pair", "steps", "sum", "winograd-2x2", "winograd-4x4", "kernel-strategy", "output", "from", "labels", "provenance", "pad-channels",
        "\"conv\"", "\"depthwise\"", "\"dense\"", "\"add\"", "\"mul\"", "\"maxpool\"", "\"avgpool\"", "\"globalavgpool\"", "\"concat\"", "\"flatten\"",
        "\"subsample\"", "\"softmax\"", "\"relu\"", "\"sigmoid\"", "\"clip\"", "\"prelu\"", "\"hardswish\"", "\"winograd-4x4\"", "\"conv1\"", "\"dense1\"",
    ];

    public override string Name => "profile";

    public override long Multiple => 500;

    public override IReadOnlyList<byte[]> Seeds { get; } =
        [Encoding.UTF8.GetBytes(Samples.Tiny), Encoding.UTF8.GetBytes(FuzzNetwork.Fast.Text), Encoding.UTF8.GetBytes(Samples.Syntax)];

    public override bool Read(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        ProfileReading reading = ProfileReader.Read(text);
        foreach (ProfileDiagnostic diagnostic in reading.Diagnostics)
        {
            if (diagnostic.Range.Start < 0 || diagnostic.Range.Start + diagnostic.Range.Length > text.Length)
                throw new InvalidOperationException($"{diagnostic.Id} is located beyond the text: {diagnostic.Range}.");
        }

        bool hasErrors = reading.Diagnostics.Any(diagnostic => diagnostic.Level == DiagnosticLevel.Error);
        if (hasErrors != reading.Network is null)
            throw new InvalidOperationException($"There is {(hasErrors ? "a" : "no")} network with {reading.Diagnostics.Count} diagnostics.");
        if (reading.Network?.Profile is { } profile && !profile.Equals(ProfileReader.Read(ProfileWriter.Write(profile)).Profile))
            throw new InvalidOperationException("What was read is written as something else.");
        return reading.Network is not null;
    }

    public override byte[] Mutate(byte[] input, Random random) => MutateText(input, random);

    /// <summary>Mutates a profile's text.</summary>
    public static byte[] MutateText(byte[] input, Random random) => TextMutator.Mutate(input, random, Words);
}

using System.Security.Cryptography;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>A layer's checkpoint whose hash is right: the layer's weights or nothing.</summary>
internal sealed class CheckpointTarget : FuzzTarget
{
    private const int Bits = 4, Outputs = 3, Inputs = 10;

    public override string Name => "checkpoint";

    public override long Multiple => 16;

    public override IReadOnlyList<byte[]> Seeds { get; } =
        [Checkpoints.ToBytes(new LayerWeights(Bits, [.. Enumerable.Repeat((sbyte)-7, Outputs * Inputs)], [1, 2, 3], [0, -1, 1]))[..^SHA256.HashSizeInBytes]];

    public override bool Read(byte[] input)
    {
        LayerWeights? weights = Checkpoints.FromBytes([.. input, .. SHA256.HashData(input)], Bits, Outputs, Outputs * Inputs);
        if (weights is null)
            return false;
        int largest = LayerWeights.Largest(Bits);
        bool isWhole = weights.Values.Length == Outputs * Inputs && weights.Scale.Length == Outputs && weights.Bias.Length == Outputs && weights.Bits == Bits
            && weights.Values.All(value => Math.Abs((int)value) <= largest) && weights.Scale.All(scale => float.IsFinite(scale) && scale > 0) && weights.Bias.All(float.IsFinite);
        return isWhole ? true : throw new InvalidOperationException("It is not the layer's weights.");
    }
}

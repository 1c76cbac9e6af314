using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>How thoroughly sensitivity is measured: as is affordable, since every tensor takes a run of the whole network.</summary>
/// <param name="Bits">At which numbers of bits.</param>
/// <param name="Samples">On how many samples.</param>
internal sealed record SensitivityEffort(int[] Bits, int Samples)
{
    // About a minute of one core.
    private const double MostMacs = 3.5e12;
    private const long MostBatchElements = 1 << 25;
    private const int LargestBatch = 32;

    private static readonly SensitivityEffort[] Ladder =
        [new([2, 3, 4, 6], 32), new([2, 4], 32), new([2, 4], 16), new([3], 16), new([3], 8)];

    /// <summary>The most thorough one that is affordable.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">How many tensors are measured, one by one.</param>
    public static SensitivityEffort For(FloatNetwork network, int tensors)
    {
        double macs = network.Layers.Sum(layer =>
            layer.Spec.Op == LayerOp.Dense ? layer.Weights.Length : (double)layer.Height * layer.Width * layer.Weights.Length);
        return Ladder.FirstOrDefault(effort => macs * tensors * effort.Bits.Length * effort.Samples <= MostMacs) ?? Ladder[^1];
    }

    /// <summary>Samples of a run, so that its tensors fit in memory.</summary>
    public static int BatchSize(FloatNetwork network) => (int)Math.Clamp(
        MostBatchElements / network.Layers.Sum(layer => (long)layer.Height * layer.Width * layer.Channels), 1, LargestBatch);
}

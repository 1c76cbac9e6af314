using BitKernelGen.Calibration.Data;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>CIFAR-10's binary form.</summary>
internal sealed class Cifar10Target() : DataTarget("cifar10", new SampleShape(32, 32, 3))
{
    public override string Name => "cifar10";

    public override long Multiple => 8;

    public override IReadOnlyList<byte[]> Seeds { get; } = [[7, .. new byte[3072]], [1, .. new byte[3072], 9, .. new byte[3072]]];
}

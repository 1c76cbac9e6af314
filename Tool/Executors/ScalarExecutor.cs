using BitKernelGen.Calibration.Reference;

namespace BitKernelGen.Tool.Executors;

/// <summary>The arithmetic by its letter.</summary>
internal sealed class ScalarExecutor(ProfileFile profile) : Executor(profile)
{
    private readonly ReferenceExecutor _executor = new(profile.Network, profile.ReadWeights());

    protected override float[] Run(byte[] input) => _executor.Run(input);

    protected override float[] Run(float[] input) => _executor.Run(input);
}

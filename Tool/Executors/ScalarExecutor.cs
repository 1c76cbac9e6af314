using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Reference;

namespace BitKernelGen.Tool.Executors;

/// <summary>The arithmetic by its letter, on all cores since it is slow.</summary>
internal sealed class ScalarExecutor(ProfileFile profile) : Executor
{
    private readonly InputNormalization _normalization = profile.Normalization;
    private readonly bool _takesBytes = profile.Network.Profile.Input.Mean.Count > 0;
    private readonly ReferenceExecutor _executor = new(profile.Network, profile.ReadWeights());

    public override float[][] Run(IReadOnlyList<Sample> samples)
    {
        var outputs = new float[samples.Count][];
        Parallel.For(0, outputs.Length, i => outputs[i] = _takesBytes && samples[i].Bytes is { } bytes
            ? _executor.Run(bytes)
            : _executor.Run(_normalization.Apply(samples[i])));
        return outputs;
    }
}

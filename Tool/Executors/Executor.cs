using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Tool.Executors;

/// <summary>A way of running a profile's network.</summary>
/// <param name="profile">The profile, whose normalisation raw bytes get.</param>
internal abstract class Executor(ProfileFile profile) : IDisposable
{
    private readonly InputNormalization _normalization = profile.Normalization;
    private readonly bool _takesBytes = profile.Network.Profile.Input.Mean.Count > 0;

    /// <summary>The outputs of a sample, height-width-channel.</summary>
    public float[] Run(Sample sample) =>
        _takesBytes && sample.Bytes is { } bytes ? Run(bytes) : Run(_normalization.Apply(sample));

    public virtual void Dispose()
    {
    }

    protected virtual float[] Run(byte[] input) => Run(_normalization.Apply(new Sample(input, null, -1)));

    protected abstract float[] Run(float[] input);
}

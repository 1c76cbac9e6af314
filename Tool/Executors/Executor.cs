using BitKernelGen.Calibration.Data;

namespace BitKernelGen.Tool.Executors;

/// <summary>A way of running a network on samples.</summary>
internal abstract class Executor : IDisposable
{
    /// <summary>How many samples to hand over at a time.</summary>
    public virtual int BatchSize => 32;

    /// <summary>The outputs of some samples, height-width-channel.</summary>
    public abstract float[][] Run(IReadOnlyList<Sample> samples);

    public virtual void Dispose()
    {
    }
}

namespace BitKernelGen.Calibration.Simulate;

/// <summary>How many bytes of samples may be in memory; tensors that do not fit are kept in temporary files.</summary>
internal sealed class SampleMemory(long limit)
{
    private long _used;

    /// <summary>Takes bytes if there are so many.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}

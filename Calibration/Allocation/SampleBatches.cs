namespace BitKernelGen.Calibration.Allocation;

/// <summary>Some of the samples, in batches.</summary>
internal static class SampleBatches
{
    /// <summary>Samples spread evenly, so that files that are sorted by class give some of every class.</summary>
    /// <param name="samples">All.</param>
    /// <param name="count">How many are wanted, at most.</param>
    /// <param name="size">Of a batch, at most.</param>
    /// <param name="fixedSize">What every batch must have; the last one repeats its samples.</param>
    public static IEnumerable<float[][]> Spread(IReadOnlyList<float[]> samples, int count, int size, int? fixedSize)
    {
        count = Math.Min(count, samples.Count);
        foreach (float[][] batch in Enumerable.Range(0, count).Select(i => samples[(int)((long)i * samples.Count / count)]).Chunk(size))
            yield return fixedSize is { } length ? [.. Enumerable.Range(0, length).Select(i => batch[i % batch.Length])] : batch;
    }
}

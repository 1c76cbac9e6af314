using System.Numerics.Tensors;

namespace BitKernelGen.Calibration.Statistics;

/// <summary>What a pass over samples keeps of a tensor.</summary>
public sealed class TensorStatistics
{
    /// <summary>All its values.</summary>
    public Histogram Values { get; init; } = new();

    /// <summary>The largest magnitude of each sample.</summary>
    public Histogram Peaks { get; init; } = new();

    /// <summary>The mean over samples of the largest magnitude; 0 without samples.</summary>
    public double MeanPeak => Peaks.Count == 0 ? 0 : Peaks.Bins().Sum(bin => bin.Sum) / Peaks.Count;

    /// <summary>Adds samples.</summary>
    /// <param name="values">One sample after the other.</param>
    /// <param name="samples">How many.</param>
    public void Add(ReadOnlySpan<float> values, int samples)
    {
        Values.Add(values);
        int length = values.Length / samples;
        Span<float> peak = stackalloc float[1];
        for (int i = 0; i < samples; i++)
        {
            peak[0] = Math.Abs(TensorPrimitives.MaxMagnitude(values.Slice(i * length, length)));
            Peaks.Add(peak);
        }
    }

    /// <summary>Adds all that another has seen.</summary>
    public void Add(TensorStatistics other)
    {
        Values.Add(other.Values);
        Peaks.Add(other.Peaks);
    }
}

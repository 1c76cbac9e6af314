using System.Collections;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Calibration.Data;

/// <summary>Samples spread evenly over a data set, as the network reads them; each is read from the source when it is asked for.</summary>
public sealed class CalibrationSamples : IReadOnlyList<float[]>
{
    private readonly DataSource _data;
    private readonly InputNormalization _normalization;
    private readonly int[] _indices;

    private CalibrationSamples(DataSource data, InputNormalization normalization, int[] indices) =>
        (_data, _normalization, _indices) = (data, normalization, indices);

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public float[] this[int index] => _normalization.Apply(_data.Read(_indices[index]));

    /// <summary>Chooses samples.</summary>
    /// <param name="network">The network that reads them.</param>
    /// <param name="data">The data set; it must stay open.</param>
    /// <param name="options">How many are taken at most, and what bytes are normalised by.</param>
    /// <param name="shard">The part of them that is wanted, 1 to <paramref name="shards"/>.</param>
    /// <param name="shards">Parts that they are dealt out to in turn.</param>
    public static CalibrationSamples Of(FloatNetwork network, DataSource data, QuantizeOptions options, int shard = 1, int shards = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shard, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shard, shards);
        long count = Math.Min(options.Samples, data.Count);
        var indices = new List<int>();
        for (long i = shard - 1; i < count; i += shards)
            indices.Add((int)(i * data.Count / count));
        return new CalibrationSamples(data, options.Normalization ?? Normalizer.Create(network.Channels), [.. indices]);
    }

    /// <inheritdoc/>
    public IEnumerator<float[]> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

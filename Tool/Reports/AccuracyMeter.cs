using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BitKernelGen.Tool.Reports;

/// <summary>Compares outputs with labels and with a float model, sample after sample.</summary>
internal sealed class AccuracyMeter : IDisposable
{
    private const int Few = 5;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _samples, _labelled, _first, _amongFew, _compared, _agreed;
    private double _signal, _noise;

    /// <summary>SHA-256 of the bits of all outputs so far.</summary>
    public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Takes a sample.</summary>
    /// <param name="output">What came out.</param>
    /// <param name="label">What should be the largest, or −1.</param>
    /// <param name="expected">What the float model puts out; empty without one.</param>
    public void Add(ReadOnlySpan<float> output, int label, ReadOnlySpan<float> expected)
    {
        _samples++;
        _hash.AppendData(MemoryMarshal.AsBytes(output));
        if (label >= output.Length)
            throw new InputException($"Sample {_samples - 1} has the label {label}; the network has {output.Length} outputs.");
        if (label >= 0)
        {
            int rank = RankOf(output, label);
            _labelled++;
            _first += rank == 0 ? 1 : 0;
            _amongFew += rank < Few ? 1 : 0;
        }

        if (expected.IsEmpty)
            return;
        _compared++;
        _agreed += IndexOfMax(output) == IndexOfMax(expected) ? 1 : 0;
        for (int i = 0; i < output.Length; i++)
        {
            _signal += (double)expected[i] * expected[i];
            _noise += Math.Pow((double)expected[i] - output[i], 2);
        }
    }

    public AccuracyReport ToReport() => new()
    {
        Top1 = Part(_first, _labelled),
        Top5 = Part(_amongFew, _labelled),
        Agreement = Part(_agreed, _compared),
        SqnrDb = _noise > 0 && _signal > 0 ? 10 * Math.Log10(_signal / _noise) : null,
        Samples = _samples,
    };

    public void Dispose() => _hash.Dispose();

    private static double? Part(int some, int all) => all == 0 ? null : (double)some / all;

    /// <summary>How many outputs come before this one; of equal ones the first does.</summary>
    private static int RankOf(ReadOnlySpan<float> output, int index)
    {
        int rank = 0;
        for (int i = 0; i < output.Length; i++)
        {
            if (output[i] > output[index] || (output[i] == output[index] && i < index))
                rank++;
        }

        return rank;
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
                best = i;
        }

        return best;
    }
}

using System.Security.Cryptography;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>Statistics files whose hash is right: what is read can be added, looked at and written again as it was.</summary>
internal sealed class StatisticsTarget : FuzzTarget
{
    public override string Name => "statistics";

    public override long Multiple => 3000;

    public override long Floor => 16 << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } = [Seed(0), Seed(1), Seed(300)];

    public override bool Read(byte[] input)
    {
        byte[] file = [.. input, .. SHA256.HashData(input)];
        ModelStatistics statistics;
        try
        {
            statistics = StatisticsFile.FromBytes(file);
        }
        catch (StatisticsException)
        {
            return false;
        }

        if (!StatisticsFile.ToBytes(statistics).AsSpan().SequenceEqual(StatisticsFile.ToBytes(StatisticsFile.FromBytes(StatisticsFile.ToBytes(statistics)))))
            throw new InvalidOperationException("What was read is written as something else.");
        foreach (TensorStatistics tensor in statistics.Tensors.Values)
        {
            double total = tensor.Values.Summarize().Counts.Sum();
            if (total != tensor.Values.Count || !double.IsFinite(tensor.MeanPeak) || !(tensor.Values.Energy >= 0))
                throw new InvalidOperationException("A histogram contradicts itself.");
        }

        try
        {
            statistics.Add(StatisticsFile.FromBytes(file));
        }
        catch (StatisticsException)
        {
            // Too many values: said so.
        }

        return true;
    }

    private static byte[] Seed(int values)
    {
        var random = new Random(values);
        var statistics = new ModelStatistics("model", "float32", new Dictionary<string, TensorStatistics> { ["a"] = new(), ["b"] = new() });
        foreach (TensorStatistics tensor in statistics.Tensors.Values)
        {
            if (values > 0)
                tensor.Add([.. Enumerable.Range(0, values).Select(i => i % 7 == 0 ? 0 : (random.NextSingle() * 4) - 1)], 1);
        }

        statistics.CountSamples(values > 0 ? 1 : 0);
        return StatisticsFile.ToBytes(statistics)[..^SHA256.HashSizeInBytes];
    }
}

using System.Diagnostics;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Tool.Reports;

namespace BitKernelGen.Tool.Executors;

/// <summary>What came of running a network on samples.</summary>
/// <param name="Accuracy">How good the outputs are.</param>
/// <param name="OutputsSha256">SHA-256 of the outputs' bits.</param>
/// <param name="UsPerSample">Microseconds that the executor took, without reading samples and comparing.</param>
internal sealed record Evaluation(AccuracyReport Accuracy, string OutputsSha256, double UsPerSample)
{
    public static Evaluation Run(
        DataSource data, IEnumerable<int> indices, Executor executor, FloatExecutor? floats, IProgress<StageProgress> progress)
    {
        using var meter = new AccuracyMeter();
        int[][] batches = [.. indices.Chunk(Math.Min(executor.BatchSize, floats?.BatchSize ?? int.MaxValue))];
        TimeSpan time = default;
        for (int batch = 0; batch < batches.Length; batch++)
        {
            progress.Report(new StageProgress("evaluating", (double)batch / batches.Length));
            Sample[] samples = [.. batches[batch].Select(data.Read)];
            long start = Stopwatch.GetTimestamp();
            float[][] outputs = executor.Run(samples);
            time += Stopwatch.GetElapsedTime(start);
            float[][]? expected = floats?.Run(samples);
            for (int i = 0; i < samples.Length; i++)
                meter.Add(outputs[i], samples[i].Label, expected?[i]);
        }

        AccuracyReport accuracy = meter.ToReport();
        return new Evaluation(accuracy, meter.Sha256, time.TotalMicroseconds / accuracy.Samples);
    }
}

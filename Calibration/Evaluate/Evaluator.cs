using System.Diagnostics;
using BitKernelGen.Calibration.Data;

namespace BitKernelGen.Calibration.Evaluate;

/// <summary>Runs an executor over a data set, beside another one where asked, and counts.</summary>
public static class Evaluator
{
    private const int TopCount = 5;

    /// <summary>Evaluates.</summary>
    /// <param name="data">The data.</param>
    /// <param name="limit">Samples, at most; the first ones are taken.</param>
    /// <param name="executor">From a sample to its outputs.</param>
    /// <param name="reference">What to compare with, usually the float model; outputs in the same order.</param>
    /// <param name="progress">Told how many samples are done.</param>
    /// <exception cref="DataSourceException">A sample can't be read, or a label is none of the outputs.</exception>
    public static Evaluation Evaluate(
        DataSource data,
        int limit,
        Func<Sample, float[]> executor,
        Func<Sample, float[]>? reference = null,
        IProgress<int>? progress = null)
    {
        int samples = Math.Min(limit, data.Count), top1 = 0, top5 = 0, referenceTop1 = 0, agreement = 0;
        double signal = 0, noise = 0;
        var microseconds = new double[samples];
        for (int i = 0; i < samples; i++)
        {
            Sample sample = data.Read(i);
            long start = Stopwatch.GetTimestamp();
            float[] outputs = executor(sample);
            microseconds[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            if (data.HasLabels)
            {
                if (sample.Label >= outputs.Length)
                    throw new DataSourceException($"Sample {i} has the label {sample.Label}; the network has {outputs.Length} outputs.");
                int rank = RankOf(outputs, sample.Label);
                top1 += rank == 0 ? 1 : 0;
                top5 += rank < TopCount ? 1 : 0;
            }

            if (reference?.Invoke(sample) is { } expected)
            {
                int best = IndexOfLargest(expected);
                agreement += IndexOfLargest(outputs) == best ? 1 : 0;
                referenceTop1 += best == sample.Label ? 1 : 0;
                for (int j = 0; j < expected.Length; j++)
                {
                    double difference = (double)expected[j] - outputs[j];
                    signal += (double)expected[j] * expected[j];
                    noise += difference * difference;
                }
            }

            progress?.Report(i + 1);
        }

        double? Share(int count, bool isKnown) => isKnown && samples > 0 ? (double)count / samples : null;
        return new Evaluation
        {
            Samples = samples,
            Top1 = Share(top1, data.HasLabels),
            Top5 = Share(top5, data.HasLabels),
            ReferenceTop1 = Share(referenceTop1, data.HasLabels && reference is not null),
            Agreement = Share(agreement, reference is not null),
            SqnrDb = reference is null || samples == 0 ? null : 10 * Math.Log10(signal / noise),
            MicrosecondsPerSample = samples == 0 ? 0 : microseconds.Order().ElementAt(samples / 2),
        };
    }

    /// <summary>The index of the largest output; the first of equal ones.</summary>
    public static int IndexOfLargest(ReadOnlySpan<float> outputs)
    {
        int best = 0;
        for (int i = 1; i < outputs.Length; i++)
        {
            if (outputs[i] > outputs[best])
                best = i;
        }

        return best;
    }

    /// <summary>How many outputs come before one, equal ones in their order.</summary>
    private static int RankOf(float[] outputs, int index)
    {
        int rank = 0;
        for (int i = 0; i < outputs.Length; i++)
            rank += outputs[i] > outputs[index] || (outputs[i] == outputs[index] && i < index) ? 1 : 0;
        return rank;
    }
}

using System.Diagnostics;

namespace BitKernelGen.Tool.Timing;

/// <summary>
/// Times several ways of doing the same thing. They take turns, round by round, so that a machine that slows down slows all of
/// them, and the medians over the rounds are compared.
/// </summary>
public static class Contest
{
    private const int MinRounds = 30;
    private const int MaxRounds = 2000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(30);

    /// <summary>Measures each contender.</summary>
    /// <param name="contenders">What to time; each call is one run.</param>
    /// <param name="progress">Told how far it is.</param>
    public static ContestResult Measure(IReadOnlyList<Action> contenders, IProgress<StageProgress> progress)
    {
        progress.Report(new StageProgress("warming up", 0));
        int[] runsPerTurn = [.. contenders.Select(PrepareTurns)];
        double[][] times = [.. contenders.Select(_ => new double[MaxRounds])];

        long start = Stopwatch.GetTimestamp();
        int round = 0;
        for (TimeSpan elapsed = default; GoOn(round, elapsed); elapsed = Stopwatch.GetElapsedTime(start))
        {
            for (int i = 0; i < contenders.Count; i++)
                times[i][round] = TimeRuns(contenders[i], runsPerTurn[i]).TotalMicroseconds / runsPerTurn[i];
            round++;
            progress.Report(new StageProgress("timing", Math.Min(1, Math.Min(elapsed / LongEnough, (double)round / MinRounds))));
        }

        return new ContestResult([.. times.Select(time => Median(time.AsSpan(0, round)))], round);
    }

    private static bool GoOn(int round, TimeSpan elapsed) =>
        round < MaxRounds && (elapsed < LongEnough || (round < MinRounds && elapsed < TooLong));

    /// <summary>Runs until the JIT has seen enough, and says how many runs make a turn that a clock can tell.</summary>
    private static int PrepareTurns(Action contender)
    {
        const int EnoughForTheJit = 100;
        long start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        int runs = 0;
        do
        {
            contender();
            runs++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < WarmUp || (runs < EnoughForTheJit && elapsed < 5 * WarmUp));

        // The JIT replaces methods in the background while nothing new starts.
        Thread.Sleep(200);
        TimeSpan run = TimeRuns(contender, Math.Min(runs, 10)) / Math.Min(runs, 10);
        return Math.Max(1, (int)Math.Ceiling(Turn / run));
    }

    private static TimeSpan TimeRuns(Action contender, int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
            contender();
        return Stopwatch.GetElapsedTime(start);
    }

    private static double Median(Span<double> values)
    {
        values.Sort();
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}

/// <summary>How a contest went.</summary>
/// <param name="MedianUs">Microseconds a run, by contender.</param>
/// <param name="Rounds">How many rounds there were.</param>
public sealed record ContestResult(IReadOnlyList<double> MedianUs, int Rounds);

using System.Diagnostics;

namespace BitKernelGen.Fuzz;

/// <summary>Mutates a target's seeds, so many times, and holds it to its promises. The same seed gives the same inputs.</summary>
internal sealed class MutationRun(FuzzTarget target, int seed)
{
    /// <summary>An input that takes longer is a hang.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    // A pool of inputs that were accepted after mutation: mutations of mutations.
    private const int PoolSize = 64;

    private readonly List<byte[]> _pool = [.. target.Seeds];

    /// <summary>Inputs run.</summary>
    public int Inputs { get; private set; }

    /// <summary>Inputs that were accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>The most bytes allocated for each byte of an input, those of the floor taken off.</summary>
    public double LargestMultiple { get; private set; }

    /// <summary>The longest that an input took.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Runs one input.</summary>
    /// <returns>Whether it was accepted.</returns>
    /// <exception cref="FuzzFailure">A promise was broken, or it hangs: its thread is left behind.</exception>
    public static bool Check(FuzzTarget target, byte[] input)
    {
        var run = new MutationRun(target, seed: 1);
        run.Run(input);
        return run.Accepted == 1;
    }

    /// <summary>Runs one input on this thread, where somebody else watches the time.</summary>
    /// <exception cref="FuzzFailure">A promise was broken.</exception>
    public static void CheckUnwatched(FuzzTarget target, byte[] input) => Check(target, input, out _, out _);

    /// <summary>Runs mutated inputs.</summary>
    /// <exception cref="FuzzFailure">A promise was broken, or an input hangs: its thread is left behind.</exception>
    public void Run(int count) => Run(count, Mutated);

    /// <summary>Runs an input as it is.</summary>
    /// <exception cref="FuzzFailure">A promise was broken, or it hangs: its thread is left behind.</exception>
    public void Run(byte[] input) => Run(1, _ => input);

    private void Run(int count, Func<Random, byte[]> next)
    {
        target.Prepare();
        byte[]? current = null;
        long started = 0;
        TimeSpan used = default;
        Exception? failure = null;
        var worker = new Thread(() =>
        {
            try
            {
                for (int i = 0; i < count; i++)
                {
                    var random = new Random(unchecked((seed * 1_000_003) + Inputs));
                    byte[] input = next(random);
                    used = Environment.CpuUsage.TotalTime;
                    Volatile.Write(ref started, Stopwatch.GetTimestamp());
                    Volatile.Write(ref current, input);
                    Run(input, random);
                }
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        })
        { IsBackground = true };
        worker.Start();
        while (!worker.Join(500))
        {
            // On a machine with other things to do, time passes in which nothing runs.
            if (Volatile.Read(ref current) is { } input && Stopwatch.GetElapsedTime(Volatile.Read(ref started)) is var time && time > Hang
                && (Environment.CpuUsage.TotalTime - used > Hang || time > 10 * Hang))
            {
                throw new FuzzFailure(target, input, $"it has been running for more than {Hang.TotalSeconds} s");
            }
        }

        if (failure is not null)
            throw failure;
    }

    private byte[] Mutated(Random random)
    {
        byte[] input = _pool[random.Next(_pool.Count)];
        for (int changes = 1 + random.Next(3); changes > 0; changes--)
            input = target.Mutate(input, random);
        return input;
    }

    private void Run(byte[] input, Random random)
    {
        bool accepted = Check(target, input, out double multiple, out TimeSpan time);
        Inputs++;
        LargestMultiple = Math.Max(LargestMultiple, multiple);
        Longest = time > Longest ? time : Longest;
        if (!accepted)
            return;
        Accepted++;
        if (_pool.Count < PoolSize + target.Seeds.Count)
            _pool.Add(input);
        else if (random.Next(4) == 0)
            _pool[target.Seeds.Count + random.Next(PoolSize)] = input;
    }

    private static bool Check(FuzzTarget target, byte[] input, out double multiple, out TimeSpan time)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        bool accepted;
        try
        {
            accepted = target.Read(input);
        }
        catch (Exception exception)
        {
            throw new FuzzFailure(target, input, exception.Message, exception);
        }

        time = Stopwatch.GetElapsedTime(start);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        multiple = (double)Math.Max(0, allocated - target.Floor) / Math.Max(1, input.Length);
        if (multiple > target.Multiple)
            throw new FuzzFailure(target, input, $"it allocates {allocated:N0} bytes for {input.Length:N0}");
        return accepted;
    }
}

/// <summary>A target broke a promise. The input is kept in a file.</summary>
internal sealed class FuzzFailure(FuzzTarget target, byte[] input, string problem, Exception? inner = null)
    : Exception($"{target.Name}: {problem} (the input is in {Keep(target, input)})", inner)
{
    private static string Keep(FuzzTarget target, byte[] input)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{target.Name}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..12]}");
        File.WriteAllBytes(path, input);
        return path;
    }
}

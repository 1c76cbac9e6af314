using System.Runtime.ExceptionServices;

namespace BitKernelGen.Execution;

/// <summary>
/// Threads that share the steps of one run at a time, the caller's own among them. They belong to the runner alone: no pool, no
/// scheduler; between runs they sleep. A run allocates nothing once the largest model has been run.
/// </summary>
/// <remarks>
/// For the latency of a single run where cores would idle. Where there are many requests, running each on a thread of its own takes
/// less time in all. Steps end with a barrier that spins for some ten microseconds before it blocks.
/// </remarks>
public sealed unsafe class ParallelRunner : IDisposable
{
    private const int Spins = 200;

    private readonly Lock _callers = new();
    private readonly object _gate = new();
    private readonly Thread[] _threads;
    private readonly Workspace?[] _scratch;
    private readonly bool _isSpinning;
    private int _scratchBytes;
    private int _arrived;
    private int _phase;
    private int _sleepers;
    private IParallelWork? _work;
    private byte* _arena;
    private Exception? _failure;
    private bool _isDisposed;

    /// <summary>Starts threads.</summary>
    /// <param name="degree">How many threads share a run, the caller's included: 1 or more; as many as there are cores to spare.</param>
    public ParallelRunner(int degree)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        Degree = degree;
        _isSpinning = degree <= Environment.ProcessorCount;
        _scratch = new Workspace?[degree];
        _threads = new Thread[degree - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int part = i + 1;
            _threads[i] = new Thread(() => Serve(part)) { IsBackground = true, Name = $"BitKernelGen {part} of {degree}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that share a run, the caller's included.</summary>
    public int Degree { get; }

    /// <summary>
    /// Runs all steps. Calls wait for each other. What a part throws ends the run, on the caller's thread; the runner can be used again.
    /// </summary>
    /// <param name="work">The steps.</param>
    /// <param name="arena">What they work on.</param>
    /// <exception cref="ObjectDisposedException">The runner was disposed of.</exception>
    public void Run(IParallelWork work, byte* arena)
    {
        lock (_callers)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Reserve(work.ScratchBytes);
            _work = work;
            _arena = arena;
            _failure = null;
            Meet();
            Steps(work, arena, 0);
            _work = null;
            if (_failure is { } failure)
                ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads, after the run that is under way.</summary>
    public void Dispose()
    {
        lock (_callers)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                Meet();
            }
        }

        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Serve(int part)
    {
        while (true)
        {
            Meet();
            if (_work is not { } work)
                return;
            Steps(work, _arena, part);
        }
    }

    private void Steps(IParallelWork work, byte* arena, int part)
    {
        byte* scratch = _scratch[part]!.Memory;
        int steps = work.Steps;
        for (int step = 0; step < steps; step++)
        {
            // Whoever fails still meets the others, or they would wait for ever.
            try
            {
                if (Volatile.Read(ref _failure) is null)
                    work.Execute(step, arena, scratch, part, Degree);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, exception, null);
            }

            Meet();
        }
    }

    private void Reserve(int bytes)
    {
        if (_scratch[0] is not null && bytes <= _scratchBytes)
            return;
        for (int part = 0; part < Degree; part++)
            _scratch[part] = new Workspace(bytes);
        _scratchBytes = bytes;
    }

    /// <summary>
    /// Waits until all threads are here. What each has written before, all see after. An interrupt of the caller is kept for its next
    /// wait: one that left here would leave the others behind.
    /// </summary>
    private void Meet()
    {
        int phase = Volatile.Read(ref _phase);
        if (Interlocked.Increment(ref _arrived) == Degree)
        {
            _arrived = 0;
            Interlocked.Exchange(ref _phase, phase + 1);
            if (Volatile.Read(ref _sleepers) > 0)
            {
                bool wasInterrupted = Enter();
                Monitor.PulseAll(_gate);
                Leave(wasInterrupted);
            }

            return;
        }

        for (int i = 0; _isSpinning && i < Spins; i++)
        {
            if (Volatile.Read(ref _phase) != phase)
                return;
            Thread.SpinWait(10);
        }

        bool isInterrupted = Enter();
        // Counted before the phase is looked at again: whoever ends it sees either the sleeper or is seen by it.
        Interlocked.Increment(ref _sleepers);
        while (Volatile.Read(ref _phase) == phase)
        {
            try
            {
                Monitor.Wait(_gate);
            }
            catch (ThreadInterruptedException)
            {
                isInterrupted = true;
            }
        }

        Interlocked.Decrement(ref _sleepers);
        Leave(isInterrupted);
    }

    /// <summary>Takes the gate; whether the thread was interrupted meanwhile.</summary>
    private bool Enter()
    {
        for (bool isInterrupted = false; ; isInterrupted = true)
        {
            try
            {
                Monitor.Enter(_gate);
                return isInterrupted;
            }
            catch (ThreadInterruptedException)
            {
            }
        }
    }

    private void Leave(bool isInterrupted)
    {
        Monitor.Exit(_gate);
        if (isInterrupted)
            Thread.CurrentThread.Interrupt();
    }
}

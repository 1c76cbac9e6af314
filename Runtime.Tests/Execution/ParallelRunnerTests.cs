using System.Collections.Concurrent;
using BitKernelGen.Execution;

namespace BitKernelGen.Runtime.Tests;

public unsafe class ParallelRunnerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void EveryPartOfAStepIsDoneBeforeTheNextStepBegins(int degree)
    {
        var done = new ConcurrentQueue<(int Step, int Part)>();
        using var runner = new ParallelRunner(degree);

        for (int run = 0; run < 20; run++)
        {
            done.Clear();
            runner.Run(new Work(7, (step, part) => done.Enqueue((step, part))), null);

            Assert.Equal(Enumerable.Range(0, 7).SelectMany(step => Enumerable.Repeat(step, degree)), done.Select(pair => pair.Step));
            Assert.Equal(7 * degree, done.Distinct().Count());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void WhatAPartThrowsReachesTheCallerAndTheRunnerGoesOn(int failing)
    {
        using var runner = new ParallelRunner(3);
        int later = 0, runs = 0;

        for (int i = 0; i < 5; i++)
        {
            var exception = Assert.Throws<InvalidTimeZoneException>(() => runner.Run(
                new Work(4, (step, part) =>
                {
                    if (step == 1 && part == failing)
                        throw new InvalidTimeZoneException("this part");
                    if (step > 1)
                        Interlocked.Increment(ref later);
                }),
                null));
            Assert.Equal("this part", exception.Message);
            runner.Run(new Work(4, (_, _) => Interlocked.Increment(ref runs)), null);
        }

        Assert.Equal(0, later);
        Assert.Equal(5 * 4 * 3, runs);
    }

    [Fact]
    public void AnInterruptOfTheCallerIsKeptUntilTheRunIsOver()
    {
        using var runner = new ParallelRunner(2);
        int parts = 0;
        bool isKept = false;
        using var isRunning = new ManualResetEventSlim();
        var caller = new Thread(() =>
        {
            runner.Run(
                new Work(6, (_, part) =>
                {
                    isRunning.Set();
                    // The caller waits for this one, asleep.
                    if (part == 1)
                        Thread.Sleep(20);
                    Interlocked.Increment(ref parts);
                }),
                null);
            try
            {
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadInterruptedException)
            {
                isKept = true;
            }
        });
        caller.Start();
        isRunning.Wait();
        caller.Interrupt();
        Assert.True(caller.Join(TimeSpan.FromSeconds(30)));

        Assert.True(isKept);
        Assert.Equal(12, parts);
        runner.Run(new Work(6, (_, _) => Interlocked.Increment(ref parts)), null);
        Assert.Equal(24, parts);
    }

    [Fact]
    public void DisposingWaitsForTheRunThatIsUnderWay()
    {
        var runner = new ParallelRunner(2);
        using var isRunning = new ManualResetEventSlim();
        int parts = 0;
        var caller = new Thread(() => runner.Run(
            new Work(3, (_, _) =>
            {
                isRunning.Set();
                Thread.Sleep(20);
                Interlocked.Increment(ref parts);
            }),
            null));
        caller.Start();
        isRunning.Wait();
        runner.Dispose();

        Assert.Equal(6, parts);
        caller.Join();
        Assert.Throws<ObjectDisposedException>(() => runner.Run(new Work(1, (_, _) => { }), null));
    }

    [Fact]
    public void ScratchGrowsWithTheWork()
    {
        using var runner = new ParallelRunner(2);
        foreach (int bytes in (int[])[64, 1 << 16, 4096, 1 << 20])
            runner.Run(new Work(2, (_, _) => { }) { ScratchBytes = bytes, IsFilling = true }, null);
    }

    private sealed class Work(int steps, Action<int, int> execute) : IParallelWork
    {
        public int Steps => steps;

        public int ScratchBytes { get; init; }

        public bool IsFilling { get; init; }

        public void Execute(int step, byte* arena, byte* scratch, int part, int parts)
        {
            if (IsFilling)
                new Span<byte>(scratch, ScratchBytes).Fill((byte)part);
            execute(step, part);
            if (IsFilling)
                Assert.False(new Span<byte>(scratch, ScratchBytes).ContainsAnyExcept((byte)part));
        }
    }
}

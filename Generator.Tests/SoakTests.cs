using System.Diagnostics;
using System.Reflection;
using BitKernelGen.Execution;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>One instance, 64 callers: the same bits as from one, no allocation, no growth. <c>BITKERNELGEN_SOAK</c> says for how many seconds.</summary>
[Collection(CompiledNetworksCollection.Name)]
public class SoakTests(CompiledNetworks compiled)
{
    private const int Callers = 64, Inputs = 16;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("BITKERNELGEN_SOAK"), out int seconds) ? seconds : 2);

    [Theory]
    [InlineData("Winograd4")]
    [InlineData("TallWindow")]
    public void ManyCallersGetWhatOneGets(string name)
    {
        TestNetwork network = compiled.Networks.Single(network => network.Profile.Name == name);
        using IModel model = compiled.Compiled.Load(network);
        float[][] inputs = [.. Enumerable.Range(0, Inputs).Select(seed => Input(model, seed))];
        float[][] expected = [.. inputs.Select(input => Run(model, input))];
        WorkspacePool pool = RentAtOnce(model);
        long before = pool.Bytes, runs = 0, allocated = 0;
        int mismatches = 0;

        var clock = Stopwatch.StartNew();
        Thread[] callers = [.. Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            var output = new float[model.OutputLength];
            model.Run(inputs[caller % Inputs], output);
            long start = GC.GetAllocatedBytesForCurrentThread();
            long own = 0;
            for (int i = caller; clock.Elapsed < Duration; i++, own++)
            {
                model.Run(inputs[i % Inputs], output);
                if (!Same(expected[i % Inputs], output))
                    Interlocked.Increment(ref mismatches);
            }

            Interlocked.Add(ref allocated, GC.GetAllocatedBytesForCurrentThread() - start);
            Interlocked.Add(ref runs, own);
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();

        Assert.Equal(0, mismatches);
        Assert.True(runs >= Callers, $"{runs} runs");
        // The runtime charges a caller for its own bookkeeping when it recompiles a method; a workspace, or anything in every run, would be more.
        Assert.InRange(allocated, 0, Math.Min(24 * runs, before / Callers) - 1);
        Assert.Equal(before, pool.Bytes);
        Console.WriteLine($"{name}: {runs:N0} runs by {Callers} callers in {clock.Elapsed.TotalSeconds:0} s, {mismatches} differ, {allocated} bytes allocated.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void ARunnerIsSharedAndAllocatesNothing(int degree)
    {
        TestNetwork network = compiled.Networks.Single(network => network.Profile.Name == "Winograd4");
        using IModel model = compiled.Compiled.Load(network);
        var parallel = (IParallelModel)model;
        float[] input = Input(model, 1), expected = Run(model, input);
        using var runner = new ParallelRunner(degree);
        parallel.RunParallel(input, new float[model.OutputLength], runner);
        int mismatches = 0;
        long allocated = 0;

        Thread[] callers = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            var output = new float[model.OutputLength];
            parallel.RunParallel(input, output, runner);
            long start = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++)
            {
                output.AsSpan().Clear();
                parallel.RunParallel(input, output, runner);
                if (!Same(expected, output))
                    Interlocked.Increment(ref mismatches);
            }

            Interlocked.Add(ref allocated, GC.GetAllocatedBytesForCurrentThread() - start);
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();

        Assert.Equal(0, mismatches);
        // A thread that waits for the first time allocates once; anything in every run would be more.
        Assert.InRange(allocated, 0, (3 * 50 * 24) - 1);
    }

    [Fact]
    public void ARunnerThatIsDisposedOfRefuses()
    {
        TestNetwork network = compiled.Networks.Single(network => network.Profile.Name == "TallWindow");
        using IModel model = compiled.Compiled.Load(network);
        var runner = new ParallelRunner(2);
        runner.Dispose();
        runner.Dispose();

        Assert.Throws<ObjectDisposedException>(
            () => ((IParallelModel)model).RunParallel(Input(model, 1), new float[model.OutputLength], runner));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParallelRunner(0));
    }

    /// <summary>As many workspaces as callers, whether or not their calls will really overlap.</summary>
    private static WorkspacePool RentAtOnce(IModel model)
    {
        var pool = (WorkspacePool)model.GetType().GetField("_workspaces", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(model)!;
        foreach (Workspace workspace in (Workspace[])[.. Enumerable.Range(0, Callers).Select(_ => pool.Rent())])
            pool.Return(workspace);
        return pool;
    }

    private static float[] Input(IModel model, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, model.InputLength).Select(_ => (float)(random.NextDouble() * 16))];
    }

    private static float[] Run(IModel model, float[] input)
    {
        var output = new float[model.OutputLength];
        model.Run(input, output);
        return output;
    }

    private static bool Same(float[] expected, float[] actual) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(expected).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(actual));
}

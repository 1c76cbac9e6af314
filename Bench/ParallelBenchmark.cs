using System.Diagnostics;
using BitKernelGen.Execution;
using BitKernelGen.Tool.Commands;
using BitKernelGen.Tool.Compile;

namespace BitKernelGen.Bench;

/// <summary>One run on one thread and shared by several, taking turns: <c>parallel PROFILE [DEGREE…]</c>. The least time of each counts.</summary>
internal static class ParallelBenchmark
{
    private const int Rounds = 40;

    public static void Run(string path, string[] args)
    {
        int[] degrees = args.Length > 0 ? Array.ConvertAll(args, int.Parse) : [2];
        using CompiledModel compiled = ModelCompiler.Compile(File.ReadAllText(path), path, isParallel: true);
        using IModel model = compiled.Load(Path.ChangeExtension(path, ".safetensors"));
        var parallel = (IParallelModel)model;
        float[] input = BenchCommand.RandomInput(model.InputLength);
        float[] expected = new float[model.OutputLength], output = new float[model.OutputLength];
        model.Run(input, expected);
        ParallelRunner[] runners = [.. degrees.Select(degree => new ParallelRunner(degree))];
        var least = new double[runners.Length + 1];
        Array.Fill(least, double.PositiveInfinity);
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < least.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                if (i == 0)
                    model.Run(input, output);
                else
                    parallel.RunParallel(input, output, runners[i - 1]);
                least[i] = Math.Min(least[i], Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                if (!output.AsSpan().SequenceEqual(expected))
                    throw new InvalidOperationException("The outputs differ.");
            }
        }

        Console.WriteLine($"{model.Info.Name}, {model.Info.InstructionSet}, least of {Rounds} runs in turn");
        Console.WriteLine($"one thread     {least[0],10:0.0} us");
        for (int i = 0; i < runners.Length; i++)
        {
            Console.WriteLine($"{degrees[i]} threads      {least[i + 1],10:0.0} us   {least[0] / least[i + 1]:0.00} times as fast");
            runners[i].Dispose();
        }
    }
}

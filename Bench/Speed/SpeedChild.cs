using System.Diagnostics;
using System.Reflection;
using System.Runtime;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Bench.Speed;

/// <summary>What one process that does nothing else needs to load a model and run it a hundred times.</summary>
/// <param name="LoadMs">From its files to a model that is ready.</param>
/// <param name="FirstMs">The first run.</param>
/// <param name="JitMs">What the JIT took for all of it.</param>
/// <param name="WorkingSet">Bytes of the process after the last run.</param>
internal sealed record SpeedChild(double LoadMs, double FirstMs, double JitMs, long WorkingSet)
{
    /// <summary>The word that makes a process such a child.</summary>
    public const string Word = "child";

    private const int Runs = 100;

    /// <summary>Starts a child for a compiled model.</summary>
    public static SpeedChild OfGenerated(string assembly, string weights) => Start("generated", assembly, weights);

    /// <summary>Starts a child for an ONNX model.</summary>
    public static SpeedChild OfOnnxRuntime(string model) => Start("onnx", model);

    /// <summary>The child's side: writes itself to standard output.</summary>
    public static int Run(string[] words)
    {
        long start = Stopwatch.GetTimestamp();
        Action run = words is ["generated", var assembly, var weights] ? Generated(assembly, weights) : OnnxRuntime(words[1]);
        double load = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        start = Stopwatch.GetTimestamp();
        run();
        double first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        for (int i = 1; i < Runs; i++)
            run();
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(JsonSerializer.Serialize(new SpeedChild(load, first, JitInfo.GetCompilationTime().TotalMilliseconds, process.WorkingSet64)));
        return 0;
    }

    private static Action Generated(string assembly, string weights)
    {
        Type type = Assembly.LoadFrom(assembly).GetTypes().Single(type => type.IsClass && type.IsAssignableTo(typeof(IModel)));
        var model = (IModel)type.GetMethod("Load", [typeof(string)])!.Invoke(null, [weights])!;
        float[] input = new float[model.InputLength], output = new float[model.OutputLength];
        return () => model.Run(input, output);
    }

    private static Action OnnxRuntime(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        var session = new InferenceSession(path, options);
        long[] shape = [.. session.InputMetadata.Values.First().Dimensions.Select(dimension => Math.Max(1L, dimension))];
        var input = OrtValue.CreateTensorValueFromMemory(new float[shape.Aggregate((product, dimension) => product * dimension)], shape);
        var run = new RunOptions();
        return () => session.Run(run, session.InputNames, [input], session.OutputNames).Dispose();
    }

    private static SpeedChild Start(params string[] words)
    {
        string host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
            start.ArgumentList.Add(typeof(SpeedChild).Assembly.Location);
        start.ArgumentList.Add(Word);
        Array.ForEach(words, start.ArgumentList.Add);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<SpeedChild>(output)!
            : throw new InvalidOperationException($"The process for {string.Join(' ', words)} failed.");
    }
}

using System.Diagnostics;
using System.Reflection;
using System.Runtime;
using System.Text;
using BitKernelGen.Tool.Compile;

namespace BitKernelGen.Tool.Reports;

/// <summary>The generated code, and what it takes until the first output is there.</summary>
public sealed record CodeReport
{
    /// <summary>Bytes of the generated C#, UTF-8.</summary>
    public required long SourceBytes { get; init; }

    /// <summary>Bytes of the assembly that it compiles to.</summary>
    public required long AssemblyBytes { get; init; }

    /// <summary>Milliseconds from the profile's text to C#.</summary>
    public required double GenerateMs { get; init; }

    /// <summary>Milliseconds from C# to the assembly, by a compiler that is itself compiled for the first time.</summary>
    public required double CompileMs { get; init; }

    /// <summary>The method with the most code.</summary>
    public required string LargestMethod { get; init; }

    /// <summary>Bytes of its IL.</summary>
    public required int LargestMethodIlBytes { get; init; }

    /// <summary>The most local variables of a method.</summary>
    public required int MostLocals { get; init; }

    /// <summary>Milliseconds from the weights file to a model that is ready, its first time in this process.</summary>
    public double LoadMs { get; init; }

    /// <summary>Milliseconds of the first run.</summary>
    public double FirstRunMs { get; init; }

    /// <summary>Milliseconds of the two that the JIT took on the calling thread.</summary>
    public double JitMs { get; init; }

    /// <summary>What is known before the model is loaded.</summary>
    public static CodeReport Of(CompiledModel compiled)
    {
        MethodInfo[] methods = [.. compiled.Assembly!.GetTypes().SelectMany(type => type.GetMethods(
            BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))];
        (MethodInfo Method, MethodBody Body)[] bodies = [.. methods.Select(method => (method, method.GetMethodBody()!)).Where(pair => pair.Item2 is not null)];
        (MethodInfo largest, MethodBody body) = bodies.MaxBy(pair => pair.Body.GetILAsByteArray()!.Length);
        return new CodeReport
        {
            SourceBytes = compiled.Sources.Sum(source => (long)Encoding.UTF8.GetByteCount(source.Text)),
            AssemblyBytes = compiled.Image!.Length,
            GenerateMs = compiled.Timings.Generate.TotalMilliseconds,
            CompileMs = compiled.Timings.Compile.TotalMilliseconds,
            LargestMethod = $"{largest.DeclaringType!.Name}.{largest.Name}",
            LargestMethodIlBytes = body.GetILAsByteArray()!.Length,
            MostLocals = bodies.Max(pair => pair.Body.LocalVariables.Count),
        };
    }

    /// <summary>Loads and runs the model for the first time.</summary>
    /// <param name="compiled">The model's code.</param>
    /// <param name="weightsPath">Its weights.</param>
    /// <param name="run">Runs it.</param>
    /// <param name="model">The loaded model.</param>
    public static CodeReport Of(CompiledModel compiled, string weightsPath, Action<IModel> run, out IModel model)
    {
        CodeReport report = Of(compiled);
        TimeSpan jit = JitInfo.GetCompilationTime(currentThread: true);
        long start = Stopwatch.GetTimestamp();
        model = compiled.Load(weightsPath);
        TimeSpan load = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        run(model);
        return report with
        {
            LoadMs = load.TotalMilliseconds,
            FirstRunMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            JitMs = (JitInfo.GetCompilationTime(currentThread: true) - jit).TotalMilliseconds,
        };
    }
}

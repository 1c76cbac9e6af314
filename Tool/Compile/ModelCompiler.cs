extern alias generator;
using System.Collections.Immutable;
using System.Diagnostics;
using generator::BitKernelGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BitKernelGen.Tool.Compile;

/// <summary>What the build does for a project with a profile, in memory: generate, compile, load.</summary>
public static class ModelCompiler
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly Lazy<ImmutableArray<MetadataReference>> References = new(FindReferences);

    /// <summary>Generates the C# of a profile without compiling it.</summary>
    /// <param name="profileText">The profile.</param>
    /// <param name="path">Its path, for diagnostics and for the names of what is generated; the file need not exist.</param>
    /// <param name="rootNamespace">The namespace of the model's class.</param>
    public static GeneratedModel Generate(string profileText, string path, string rootNamespace = "BitKernelGen.Compiled") =>
        Generate(profileText, path, rootNamespace, isParallel: false, out _);

    /// <summary>Generates, compiles and loads a profile. What went wrong is in <see cref="CompiledModel.Diagnostics"/>.</summary>
    /// <param name="profileText">The profile.</param>
    /// <param name="path">Its path; the weights are looked for beside it.</param>
    /// <param name="isParallel">Whether the model is to be an <see cref="IParallelModel"/>.</param>
    public static CompiledModel Compile(string profileText, string path, bool isParallel = false) =>
        Compile(profileText, path, compilation => compilation, isParallel);

    /// <summary>As <see cref="Compile(string, string, bool)"/>, what was generated being changed before it is compiled.</summary>
    internal static CompiledModel Compile(string profileText, string path, Func<Compilation, Compilation> change, bool isParallel = false)
    {
        long start = Stopwatch.GetTimestamp();
        GeneratedModel generated = Generate(profileText, path, "BitKernelGen.Compiled", isParallel, out Compilation compilation);
        TimeSpan generation = Stopwatch.GetElapsedTime(start);
        if (generated.HasErrors)
            return new CompiledModel(path, generated, [], assembly: null, new CompileTimings(generation, TimeSpan.Zero));

        start = Stopwatch.GetTimestamp();
        using var assembly = new MemoryStream();
        ImmutableArray<Diagnostic> diagnostics = change(compilation).Emit(assembly).Diagnostics;
        TimeSpan emission = Stopwatch.GetElapsedTime(start);
        bool failed = diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        return new CompiledModel(
            path, generated, diagnostics, failed ? null : assembly.ToArray(), new CompileTimings(generation, emission));
    }

    private static GeneratedModel Generate(string profileText, string path, string rootNamespace, bool isParallel, out Compilation compilation)
    {
        CSharpCompilation empty = CSharpCompilation.Create(
            $"{Path.GetFileNameWithoutExtension(path)}.{Guid.NewGuid():N}",
            references: References.Value,
            options: new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
        GeneratorDriver driver = CSharpGeneratorDriver
            .Create(
                [new BitProfileGenerator().AsSourceGenerator()],
                [new ProfileText(path, profileText)],
                Language,
                new ProfileOptions(path, rootNamespace, isParallel))
            .RunGeneratorsAndUpdateCompilation(empty, out compilation, out _);

        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        if (result.Exception is not null)
            throw new InvalidOperationException($"The generator failed on {path}: {result.Exception.Message}", result.Exception);
        return new GeneratedModel(
            [.. result.GeneratedSources.Select(source => new GeneratedSource(source.HintName, source.SourceText.ToString()))],
            result.Diagnostics);
    }

    /// <summary>The framework of this process and the runtime, nothing else that the tool happens to carry.</summary>
    private static ImmutableArray<MetadataReference> FindReferences()
    {
        string runtime = typeof(IModel).Assembly.Location;
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string trusted = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return
        [
            .. trusted.Split(Path.PathSeparator)
                .Where(file => Path.GetDirectoryName(file) == framework)
                .Append(runtime)
                .Select(file => MetadataReference.CreateFromFile(file)),
        ];
    }
}

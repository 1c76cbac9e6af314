using System.Collections.Immutable;
using System.Reflection;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BitKernelGen.Generator.Tests;

/// <summary>Models of many profiles in one assembly, from the profiles' text through the generator and the compiler.</summary>
internal sealed class CompiledModels
{
    private readonly Assembly _assembly;

    private CompiledModels(Assembly assembly) => _assembly = assembly;

    /// <summary>Compiles as a strict project does: all warnings, nullable, documentation checked. Any diagnostic fails.</summary>
    public static CompiledModels Compile(IEnumerable<BitProfile> profiles, string? path = null)
    {
        CSharpParseOptions language = new(LanguageVersion.Latest, DocumentationMode.Diagnose);
        CSharpCompilation project = CSharpCompilation.Create(
            "Models",
            EmulatedInstructions.AreOn ? EmulatedInstructions.Sources(language) : [],
            references: References(),
            options: new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                allowUnsafe: true,
                warningLevel: 9999,
                specificDiagnosticOptions: [new("CS0436", EmulatedInstructions.AreOn ? ReportDiagnostic.Suppress : ReportDiagnostic.Default)],
                nullableContextOptions: NullableContextOptions.Enable));
        GeneratorDriver driver = ProfileDriver
            .Create(isParallel: true, [.. profiles.Select(profile =>
                new ProfileDriver.ProfileText($"{profile.Name}.bitprofile", ProfileWriter.Write(profile)))])
            .WithUpdatedParseOptions(language)
            .RunGeneratorsAndUpdateCompilation(project, out Compilation compilation, out _);
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        if (result.Exception is not null)
            throw new InvalidOperationException(result.Exception.ToString());

        compilation = compilation.AddSyntaxTrees(result.GeneratedSources
            .Where(source => source.HintName.EndsWith(MachinePacking.Source, StringComparison.Ordinal))
            .Select(source => CSharpSyntaxTree.ParseText(MachinePacking.Of(source.SyntaxTree), language)));

        using var assembly = new MemoryStream();
        ImmutableArray<Diagnostic> diagnostics =
        [
            .. result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error),
            .. compilation.Emit(assembly).Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning),
        ];
        if (diagnostics.Length > 0)
            throw new InvalidOperationException(string.Join('\n', diagnostics.Take(20)));
        if (path is not null)
            File.WriteAllBytes(path, assembly.ToArray());
        return new CompiledModels(Assembly.Load(assembly.ToArray()));
    }

    public static CompiledModels Compile(IEnumerable<TestNetwork> networks, string? path = null) =>
        Compile(networks.Select(network => network.Profile), path);

    /// <summary>Models that another process compiled.</summary>
    public static CompiledModels Open(string path) => new(Assembly.LoadFrom(path));

    public IModel Load(TestNetwork network) => Load(network.Profile.Name, network.Weights);

    public IModel Load(string name, byte[] weights)
    {
        MethodInfo load = _assembly.GetType($"Acme.{name}", throwOnError: true)!.GetMethod("Load", [typeof(Stream)])!;
        return (IModel)load.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [new MemoryStream(weights)], null)!;
    }

    /// <summary>What the model packs on any machine.</summary>
    public MachinePacking PackingOf(string name) => new(_assembly, name);

    /// <summary>The framework and the runtime.</summary>
    public static IEnumerable<MetadataReference> References()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetDirectoryName(file) == framework)
            .Append(typeof(IModel).Assembly.Location)
            .Select(file => MetadataReference.CreateFromFile(file));
    }
}

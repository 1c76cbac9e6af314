using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Tool.Compile;

/// <summary>A compiled profile. Its code can be unloaded once this and all that came from it is let go.</summary>
public sealed class CompiledModel : IDisposable
{
    private readonly string _path;
    private readonly AssemblyLoadContext? _context;

    internal CompiledModel(
        string path, GeneratedModel generated, ImmutableArray<Diagnostic> compilerDiagnostics, byte[]? assembly, CompileTimings timings)
    {
        _path = path;
        Sources = generated.Sources;
        Diagnostics = generated.Diagnostics.AddRange(
            compilerDiagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        Timings = timings;
        Image = assembly;
        if (assembly is null)
            return;

        // The runtime is resolved in the default context, so that IModel is the one that this process knows.
        _context = new AssemblyLoadContext(Path.GetFileName(path), isCollectible: true);
        Assembly = _context.LoadFromStream(new MemoryStream(assembly));
        ModelType = Assembly.GetTypes().Single(type => type.IsClass && type.IsAssignableTo(typeof(IModel)));
    }

    /// <summary>The generated files.</summary>
    public ImmutableArray<GeneratedSource> Sources { get; }

    /// <summary>The generator's diagnostics, located in the profile, and the compiler's from warnings on.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    /// <summary>How long the steps took.</summary>
    public CompileTimings Timings { get; }

    /// <summary>The compiled code as a file has it; null after an error.</summary>
    internal byte[]? Image { get; }

    /// <summary>The compiled code; null after an error.</summary>
    public Assembly? Assembly { get; }

    /// <summary>The model's class; null after an error.</summary>
    public Type? ModelType { get; }

    /// <summary>Whether there is a model to load.</summary>
    public bool Succeeded => ModelType is not null;

    /// <summary>Loads the model with weights from a stream.</summary>
    /// <exception cref="InvalidOperationException">The profile did not compile.</exception>
    /// <exception cref="WeightsException">The weights are not this profile's.</exception>
    public IModel Load(Stream weights) => Load<Stream>(weights);

    /// <summary>Loads the model with weights from a file.</summary>
    /// <exception cref="InvalidOperationException">The profile did not compile.</exception>
    /// <exception cref="WeightsException">The weights are not this profile's.</exception>
    public IModel Load(string weightsPath) => Load<string>(weightsPath);

    /// <summary>What the model is made of; that needs no weights.</summary>
    /// <exception cref="InvalidOperationException">The profile did not compile.</exception>
    public ModelInfo Info => (ModelInfo)(Class.GetProperty("Info", BindingFlags.Public | BindingFlags.Static)
        ?? throw new InvalidOperationException($"{ModelType} has no static Info.")).GetValue(null)!;

    private Type Class
    {
        get
        {
            if (ModelType is not null)
                return ModelType;
            IEnumerable<Diagnostic> errors = Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            throw new InvalidOperationException(
                $"{_path} did not compile:{Environment.NewLine}{string.Join(Environment.NewLine, errors)}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _context?.Unload();

    private IModel Load<T>(T weights)
    {
        MethodInfo load = Class.GetMethod("Load", [typeof(T)])
            ?? throw new InvalidOperationException($"{ModelType} has no Load({typeof(T).Name}).");
        return (IModel)load.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [weights], null)!;
    }
}

using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Tool.Compile;

/// <summary>What the generator made of a profile.</summary>
/// <param name="Sources">The generated files.</param>
/// <param name="Diagnostics">What it has to say about the profile, located in it.</param>
public sealed record GeneratedModel(ImmutableArray<GeneratedSource> Sources, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>Whether the profile could not be turned into a model.</summary>
    public bool HasErrors => Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
}

/// <summary>A generated file.</summary>
/// <param name="HintName">Its name, unique within the compilation; it ends in .cs.</param>
/// <param name="Text">The C#.</param>
public sealed record GeneratedSource(string HintName, string Text);

/// <summary>How long the steps took.</summary>
/// <param name="Generate">From the profile's text to C#.</param>
/// <param name="Compile">From C# to IL.</param>
public sealed record CompileTimings(TimeSpan Generate, TimeSpan Compile);

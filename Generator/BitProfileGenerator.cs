using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Diagnostics;
using BitKernelGen.Generator.Emit;
using BitKernelGen.Profiles;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Generator;

/// <summary>
/// From <c>.bitprofile</c> files to C#: file → reading → model → sources. Every step compares by value, so an edit that changes no
/// meaning (a comment, a C# file, a moved diagnostic) emits nothing again.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class BitProfileGenerator : IIncrementalGenerator
{
    /// <summary>The names under which tests find the steps of the pipeline.</summary>
    public static IReadOnlyList<string> StepNames { get; } = ["Files", "Readings", "Models", "Sources"];

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ProfileFile> files = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select((pair, cancellation) => ProfileFile.Of(pair.Left, pair.Right, cancellation))
            .Where(file => file is not null)
            .Select((file, _) => file!)
            .WithTrackingName("Files");

        IncrementalValuesProvider<Reading> readings = files
            .Select((file, _) => Reading.Of(file))
            .WithTrackingName("Readings");

        IncrementalValuesProvider<Model> models = readings
            .Where(reading => reading.Model is not null)
            .Select((reading, _) => reading.Model!)
            .WithTrackingName("Models");

        IncrementalValueProvider<ProjectFacts> project = context.CompilationProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select((pair, _) => ProjectFacts.Of(pair.Left, pair.Right.GlobalOptions))
            .WithTrackingName("Project");

        IncrementalValueProvider<EquatableArray<string>> twins = models.Collect()
            .Select((all, _) => ProjectChecks.Twins(all))
            .WithTrackingName("Twins");

        IncrementalValueProvider<EquatableArray<string>> alike = models.Collect()
            .Select((all, _) => ProjectChecks.Alike(all))
            .WithTrackingName("Alike");

        IncrementalValuesProvider<Model> named = models
            .Combine(alike)
            .Select((pair, _) => pair.Right.Contains(pair.Left.Path) ? pair.Left.WithHash() : pair.Left);

        // Code for another runtime, or a class a second time, would only bury the diagnostic that says so under errors.
        IncrementalValuesProvider<Model> fitting = named
            .Combine(project.Select((facts, _) => facts.Fits))
            .Where(pair => pair.Right)
            .Combine(twins)
            .Where(pair => !pair.Right.Contains(pair.Left.Left.Path))
            .Select((pair, _) => pair.Left.Left);

        IncrementalValuesProvider<ModelSources> sources = fitting
            .Select((model, _) => ModelSources.Of(model))
            .WithTrackingName("Sources");

        IncrementalValuesProvider<SourceFile> tensors = fitting
            .Combine(project.Select((facts, _) => facts.HasTensors))
            .Where(pair => pair.Right)
            .Select((pair, _) => TensorEmitter.Emit(pair.Left))
            .WithTrackingName("Tensors");

        // Diagnostics apart from sources: one that moves re-emits no code.
        context.RegisterSourceOutput(readings.SelectMany((reading, _) => reading.Diagnostics), (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
        context.RegisterSourceOutput(models.Collect().Combine(project), (output, pair) => ProjectChecks.Report(output, pair.Left, pair.Right));

        // The class at once, so that the editor knows it; the kernels only when something is really compiled.
        context.RegisterSourceOutput(sources, (output, source) => output.AddSource(source.Class.HintName, source.Class.Text));
        context.RegisterSourceOutput(tensors, (output, source) => output.AddSource(source.HintName, source.Text));
        context.RegisterImplementationSourceOutput(sources, (output, source) =>
        {
            foreach (SourceFile file in source.Implementation)
                output.AddSource(file.HintName, file.Text);
        });
    }
}

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using BitKernelGen.Generator.Emit;
using BitKernelGen.Profiles;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace BitKernelGen.Generator.Diagnostics;

/// <summary>What no single profile can tell: whether all of them fit into one project.</summary>
internal static class ProjectChecks
{
    /// <summary>The paths of profiles whose class another one before them has already.</summary>
    public static EquatableArray<string> Twins(ImmutableArray<Model> models) =>
        new(SameClasses(models).SelectMany(group => group.Skip(1)).Select(model => model.Path));

    /// <summary>The paths of profiles whose files would have the names of another one's before them, but for upper and lower case.</summary>
    public static EquatableArray<string> Alike(ImmutableArray<Model> models) =>
        new(models.GroupBy(model => model.HintName, StringComparer.OrdinalIgnoreCase).SelectMany(group => group.Skip(1)).Select(model => model.Path));

    public static void Report(SourceProductionContext output, ImmutableArray<Model> models, ProjectFacts project)
    {
        foreach (IGrouping<string, Model> twins in SameClasses(models))
        {
            foreach (Model model in twins.Skip(1))
                output.ReportDiagnostic(Diagnostic.Create(Descriptors.SameClass, Top(model), twins.Key, twins.First().Path));
        }

        // What is wrong with the project is told at its first profile, once.
        Location? place = models.Length == 0 ? null : Top(models[0]);
        if (models.Length > 0 && !project.AllowsUnsafe)
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.UnsafeNotAllowed, place));
        if (project.IsNativeBaseline && models.Length + project.ForeignModels.Count > 0)
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.NativeBaseline, place));
        if (models.Length > 0 && !project.Fits)
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.RuntimeDoesNotFit, place, WhatDoesNotFit(project.Runtime)));
        foreach (ForeignModel model in project.ForeignModels.Where(model => project.Runtime is { } runtime && runtime.Contract != model.Contract))
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.ForeignModelDoesNotFit, null, model.Name, model.Assembly, model.Contract, project.Runtime!.Version, project.Runtime.Contract));
    }

    private static IEnumerable<IGrouping<string, Model>> SameClasses(ImmutableArray<Model> models) =>
        models.GroupBy(model => ModelNames.FullNameOf(model.Namespace, model.Network.Profile.Name)).Where(group => group.Count() > 1);

    private static string WhatDoesNotFit(RuntimeReference? runtime) => runtime is null
        ? "The project does not refer to BitKernelGen.Runtime: add the package BitKernelGen"
        : $"BitKernelGen.Runtime {runtime.Version} has contract {runtime.Contract} and the generator {typeof(ProjectChecks).Assembly.GetName().Version} writes code for contract {Contract.Version}: "
            + $"update the {(runtime.Contract < Contract.Version ? "runtime" : "generator")}; one version of the package BitKernelGen has both";

    private static Location Top(Model model) => Location.Create(model.Path, default, new LinePositionSpan(default, default));
}

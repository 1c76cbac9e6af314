using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace BitKernelGen.Generator.Diagnostics;

/// <summary>What no single profile can tell: whether all of them fit into one project.</summary>
internal static class ProjectChecks
{
    public static void Report(SourceProductionContext output, ImmutableArray<Model> models, ProjectFacts project)
    {
        foreach (IGrouping<string, Model> twins in models.GroupBy(model => $"{model.Namespace}.{model.Network.Profile.Name}").Where(group => group.Count() > 1))
        {
            foreach (Model model in twins.Skip(1))
                output.ReportDiagnostic(Diagnostic.Create(Descriptors.SameClass, Top(model), twins.Key, twins.First().Path));
        }

        if (models.Length == 0)
            return;
        if (!project.AllowsUnsafe)
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.UnsafeNotAllowed, Top(models[0])));
        if (project.IsNativeBaseline)
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.NativeBaseline, Top(models[0])));
    }

    private static Location Top(Model model) => Location.Create(model.Path, default, new LinePositionSpan(default, default));
}

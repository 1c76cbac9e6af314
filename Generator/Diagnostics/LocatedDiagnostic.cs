using BitKernelGen.Profiles;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace BitKernelGen.Generator.Diagnostics;

/// <summary>A diagnostic with its place, comparable by value: Roslyn's own is not kept in the pipeline.</summary>
internal sealed record LocatedDiagnostic(string Id, string Message, string Path, int Start, int Length, int StartLine, int StartColumn, int EndLine, int EndColumn)
{
    public static LocatedDiagnostic Of(ProfileDiagnostic diagnostic, string path) => new(
        diagnostic.Id, diagnostic.Message, path, diagnostic.Range.Start, diagnostic.Range.Length,
        diagnostic.Range.StartLine, diagnostic.Range.StartColumn, diagnostic.Range.EndLine, diagnostic.Range.EndColumn);

    /// <summary>About the profile as a whole.</summary>
    public static LocatedDiagnostic AtTop(string id, string message, string path) => new(id, message, path, 0, 0, 0, 0, 0, 0);

    public Diagnostic ToDiagnostic() => Diagnostic.Create(
        Descriptors.Of(Id),
        Location.Create(Path, new TextSpan(Start, Length), new LinePositionSpan(new LinePosition(StartLine, StartColumn), new LinePosition(EndLine, EndColumn))),
        Message);
}

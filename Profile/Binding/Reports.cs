using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles.Binding;

/// <summary>What there is to say about a text, gathered.</summary>
internal sealed class Reports(LineMap lines)
{
    private readonly List<ProfileDiagnostic> _diagnostics = [];

    public int ErrorCount { get; private set; }

    /// <summary>Then what seems to be missing may stand in a line that could not be read.</summary>
    public bool HasSyntaxErrors { get; private set; }

    public void Error(string id, string message, SourceSpan span) => Add(id, DiagnosticLevel.Error, message, span);

    public void Add(string id, DiagnosticLevel level, string message, SourceSpan span)
    {
        HasSyntaxErrors |= id == Ids.Syntax;
        ErrorCount += level == DiagnosticLevel.Error ? 1 : 0;
        _diagnostics.Add(new ProfileDiagnostic(id, level, message, lines.Of(span)));
    }

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<ProfileDiagnostic> InOrder() => _diagnostics.OrderBy(diagnostic => diagnostic.Range.Start).ToArray();
}

using System.Collections.Generic;

namespace BitKernelGen.Profiles;

/// <summary>Collects what is to be said about one part of a profile.</summary>
/// <param name="issues">Receives it.</param>
/// <param name="layer">As in <see cref="ResolutionIssue.Layer"/>.</param>
/// <param name="subject">What messages begin with.</param>
internal sealed class Reporter(List<ResolutionIssue> issues, int layer, string subject)
{
    public void Report(string id, string key, string message, int element = -1) =>
        issues.Add(new ResolutionIssue(id, ProfileDiagnostics.Of(id).Level, $"{subject}: {message}", layer, key, element));
}

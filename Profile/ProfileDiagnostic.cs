namespace BitKernelGen.Profiles;

/// <summary>How much a diagnostic weighs.</summary>
public enum DiagnosticLevel
{
    /// <summary>The profile can't be used.</summary>
    Error,

    /// <summary>It can, at a cost.</summary>
    Warning,

    /// <summary>Something worth knowing.</summary>
    Info,
}

/// <summary>A place in a profile's text; lines and columns count from 0.</summary>
/// <param name="Start">The first character.</param>
/// <param name="Length">How many.</param>
/// <param name="StartLine">The line of the first character.</param>
/// <param name="StartColumn">Its column.</param>
/// <param name="EndLine">The line of the first character after it.</param>
/// <param name="EndColumn">Its column.</param>
public readonly record struct TextRange(int Start, int Length, int StartLine, int StartColumn, int EndLine, int EndColumn);

/// <summary>Something to say about a profile, at its place.</summary>
/// <param name="Id">BKG and three digits; <c>docs/diagnostics.md</c> has a section for each.</param>
/// <param name="Level">How much it weighs.</param>
/// <param name="Message">A sentence for the author of the profile.</param>
/// <param name="Range">The most specific text that it is about.</param>
public sealed record ProfileDiagnostic(string Id, DiagnosticLevel Level, string Message, TextRange Range);

/// <summary>What reading a profile gave.</summary>
/// <param name="Profile">The profile as written; null where its text could not be bound to one.</param>
/// <param name="Network">Its meaning; null where there is any error.</param>
/// <param name="Diagnostics">What is wrong or worth knowing, in the order of the text.</param>
public sealed record ProfileReading(BitProfile? Profile, Network? Network, System.Collections.Generic.IReadOnlyList<ProfileDiagnostic> Diagnostics);

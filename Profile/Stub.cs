#pragma warning disable CS1591
using System.Collections.Generic;
namespace BitKernelGen.Profiles;
public enum DiagnosticLevel { Error, Warning, Info }
public sealed record TextRange(int Start, int Length, int StartLine, int StartColumn, int EndLine, int EndColumn);
public sealed record ProfileDiagnostic(string Id, DiagnosticLevel Level, string Message, TextRange Range);
public sealed record ProfileReading(BitProfile? Profile, Network? Network, IReadOnlyList<ProfileDiagnostic> Diagnostics);
public static class ProfileReader { public static ProfileReading Read(string text) => throw new System.Exception(text); }

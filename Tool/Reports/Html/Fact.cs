namespace BitKernelGen.Tool.Reports.Html;

/// <summary>Something known, with its name.</summary>
internal sealed record Fact(string Name, string Value);

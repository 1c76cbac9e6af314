namespace BitKernelGen.Profiles.Binding;

/// <summary>The diagnostics that reading gives; <c>docs/diagnostics.md</c> explains them.</summary>
internal static class Ids
{
    public const string Syntax = "BKG001";
    public const string UnknownKey = "BKG002";
    public const string MissingKey = "BKG003";
    public const string WrongValue = "BKG004";
    public const string UnsupportedFormat = "BKG005";
    public const string UnknownName = "BKG006";
}

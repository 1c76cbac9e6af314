namespace BitKernelGen.Profiles.Text;

internal enum TomlTokenKind
{
    End,
    NewLine,

    /// <summary>A run of letters, digits and '_', '-', '+', '.', ':': a bare key, a number, a boolean.</summary>
    Bare,

    String,
    EqualsSign,
    Comma,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,

    /// <summary>Something that can't be a token; the text is the message.</summary>
    Bad,
}

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Span">Where it is.</param>
/// <param name="Text">A string's value, a bare token's characters, a bad one's message; else empty.</param>
internal readonly record struct TomlToken(TomlTokenKind Kind, SourceSpan Span, string Text);

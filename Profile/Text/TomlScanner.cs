using System.Text;

namespace BitKernelGen.Profiles.Text;

/// <summary>Cuts a text into tokens. It keeps nothing but its position, so that one may look ahead with another scanner.</summary>
internal struct TomlScanner(string text, int position)
{
    private int _position = position;

    public TomlToken Next()
    {
        while (At(_position) is ' ' or '\t')
            _position++;
        if (At(_position) == '#' && SkipComment() is { } bad)
            return bad;
        if (_position >= text.Length)
            return new TomlToken(TomlTokenKind.End, new SourceSpan(text.Length, 0), "");

        char first = text[_position];
        switch (first)
        {
            case '\n':
                return Take(TomlTokenKind.NewLine, 1);
            case '\r' when At(_position + 1) == '\n':
                return Take(TomlTokenKind.NewLine, 2);
            case '=':
                return Take(TomlTokenKind.EqualsSign, 1);
            case ',':
                return Take(TomlTokenKind.Comma, 1);
            case '[':
                return Take(TomlTokenKind.OpenBracket, 1);
            case ']':
                return Take(TomlTokenKind.CloseBracket, 1);
            case '{':
                return Take(TomlTokenKind.OpenBrace, 1);
            case '}':
                return Take(TomlTokenKind.CloseBrace, 1);
            case '"' or '\'' when At(_position + 1) == first && At(_position + 2) == first:
                return Bad(_position, 3, "Strings of several lines are not part of a profile's syntax.");
            case '"':
                return BasicString();
            case '\'':
                return LiteralString();
            default:
                return IsBare(first) ? Bare() : Bad(_position, CharacterLength(_position), Forbidden(_position) ?? $"Unexpected character '{Character(_position)}'.");
        }
    }

    /// <summary>Whether a character may be in a key without quotes.</summary>
    public static bool IsBareKey(char c) => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' or '-';

    private static bool IsBare(char c) => IsBareKey(c) || c is '+' or '.' or ':';

    private readonly char At(int index) => index < text.Length ? text[index] : '\0';

    private TomlToken Take(TomlTokenKind kind, int length, string value = "")
    {
        var span = new SourceSpan(_position, length);
        _position += length;
        return new TomlToken(kind, span, value);
    }

    /// <summary>The scanner is of no use after it: whoever reports it goes on at another line.</summary>
    private static TomlToken Bad(int start, int length, string message) =>
        new(TomlTokenKind.Bad, new SourceSpan(start, length), message);

    private TomlToken Bare()
    {
        int end = _position;
        while (IsBare(At(end)))
            end++;
        return Take(TomlTokenKind.Bare, end - _position, text.Substring(_position, end - _position));
    }

    private TomlToken? SkipComment()
    {
        int end = _position;
        for (; end < text.Length && !IsLineEnd(end); end += CharacterLength(end))
        {
            if (Forbidden(end) is { } message)
                return Bad(end, 1, message);
        }

        _position = end;
        return null;
    }

    private TomlToken LiteralString()
    {
        int end = _position + 1;
        for (; end < text.Length && !IsLineEnd(end); end += CharacterLength(end))
        {
            if (text[end] == '\'')
                return Take(TomlTokenKind.String, end + 1 - _position, text.Substring(_position + 1, end - _position - 1));
            if (Forbidden(end) is { } message)
                return Bad(end, 1, message);
        }

        return Bad(_position, end - _position, "This string is not closed: ' is missing.");
    }

    private TomlToken BasicString()
    {
        var value = new StringBuilder();
        int end = _position + 1;
        while (end < text.Length && !IsLineEnd(end))
        {
            if (text[end] == '"')
                return Take(TomlTokenKind.String, end + 1 - _position, value.ToString());
            if (Forbidden(end) is { } message)
                return Bad(end, 1, message);
            if (text[end] == '\\')
            {
                int length = Escape(end, value);
                if (length == 0)
                    return Bad(end, 2 <= text.Length - end && !IsLineEnd(end + 1) ? 1 + CharacterLength(end + 1) : 1, "Not an escape of TOML: \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX.");
                end += length;
            }
            else
            {
                int length = CharacterLength(end);
                value.Append(text, end, length);
                end += length;
            }
        }

        return Bad(_position, end - _position, "This string is not closed: \" is missing.");
    }

    /// <summary>Appends what an escape stands for; returns its length, 0 where it is none.</summary>
    private readonly int Escape(int start, StringBuilder value)
    {
        char kind = At(start + 1);
        if (kind is 'u' or 'U')
        {
            int digits = kind == 'u' ? 4 : 8;
            long scalar = 0;
            for (int i = 0; i < digits; i++)
            {
                int digit = HexDigit(At(start + 2 + i));
                if (digit < 0)
                    return 0;
                scalar = (scalar << 4) + digit;
            }

            if (scalar is > 0x10FFFF or >= 0xD800 and <= 0xDFFF)
                return 0;
            value.Append(char.ConvertFromUtf32((int)scalar));
            return 2 + digits;
        }

        int index = "btnfr\"\\".IndexOf(kind);
        if (index < 0)
            return 0;
        value.Append("\b\t\n\f\r\"\\"[index]);
        return 2;
    }

    private static int HexDigit(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => -1,
    };

    private readonly bool IsLineEnd(int index) => text[index] == '\n' || (text[index] == '\r' && At(index + 1) == '\n');

    private readonly int CharacterLength(int index) =>
        char.IsHighSurrogate(text[index]) && char.IsLowSurrogate(At(index + 1)) ? 2 : 1;

    private readonly string Character(int index) => text.Substring(index, CharacterLength(index));

    /// <summary>Why a character may stand nowhere in TOML, or null.</summary>
    private readonly string? Forbidden(int index)
    {
        char c = text[index];
        if (c == '\r')
            return "A carriage return without a line feed.";
        if (c is < ' ' and not '\t' or '\u007f')
            return $"The control character U+{(int)c:X4} is not allowed.";
        return char.IsSurrogate(c) && CharacterLength(index) == 1 ? "Half of a surrogate pair: this is not Unicode text." : null;
    }
}

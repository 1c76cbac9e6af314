using System.Collections.Generic;

namespace BitKernelGen.Profiles.Text;

/// <summary>
/// Reads the subset of TOML 1.0 that <c>docs/bitprofile.md</c> describes. After an error it goes on at the next line that can be
/// one by itself, so that one reading tells of all. It never throws, and its time is linear in the text.
/// </summary>
internal sealed class TomlParser
{
    private const int MaxErrors = 100;
    private const int MaxNesting = 16;

    private readonly string _text;
    private readonly List<SyntaxError> _errors = [];
    private readonly TomlTable _root = new(new SourceSpan(0, 0));
    private TomlScanner _scanner;
    private TomlToken _token;
    private TomlTable _table;
    private TomlEntry? _headerArray;
    private int _openArrays;

    private TomlParser(string text)
    {
        _text = text;
        _table = _root;
        GoTo(0);
    }

    public static TomlDocument Parse(string text)
    {
        var parser = new TomlParser(text);
        while (parser._token.Kind != TomlTokenKind.End && parser._errors.Count < MaxErrors)
            parser.Line();
        return new TomlDocument(parser._root, parser._errors);
    }

    /// <summary>Whether a text is one value and nothing else.</summary>
    public static bool IsValue(string text)
    {
        var parser = new TomlParser(text);
        return parser.Value(0) is { } value && value.Span == new SourceSpan(0, text.Length) && parser._errors.Count == 0;
    }

    private void Line()
    {
        int start = _token.Span.Start;
        bool isRead = _token.Kind switch
        {
            TomlTokenKind.NewLine => true,
            TomlTokenKind.OpenBracket => Header() && EndOfLine(),
            TomlTokenKind.Bare or TomlTokenKind.String => TopEntry(_table) && EndOfLine(),
            _ => Expected("a key or a [table]"),
        };
        if (isRead)
            Advance();
        else
            Recover(start);
    }

    private bool EndOfLine() => _token.Kind is TomlTokenKind.NewLine or TomlTokenKind.End || Expected("the end of the line");

    private bool Header()
    {
        int start = _token.Span.Start;
        Advance();
        bool isArray = _token.Kind == TomlTokenKind.OpenBracket && _token.Span.Start == start + 1;
        if (isArray)
            Advance();

        // What follows a header that can't be read belongs to no table that we know.
        _table = new TomlTable(new SourceSpan(start, 1));
        if (!Key(out string key, out SourceSpan keySpan))
            return false;

        bool isClosed = _token.Kind == TomlTokenKind.CloseBracket;
        int end = isClosed ? _token.Span.End : keySpan.End;
        if (isClosed)
            Advance();
        if (isClosed && isArray)
        {
            isClosed = _token.Kind == TomlTokenKind.CloseBracket && _token.Span.Start == end;
            end = isClosed ? _token.Span.End : end;
            if (isClosed)
                Advance();
        }

        _table = new TomlTable(SourceSpan.Between(start, end));
        Open(key, keySpan, isArray);
        return isClosed || Expected(isArray ? "']]'" : "']'");
    }

    /// <summary>
    /// Puts the table of a header where it belongs. The tables of one [[name]] must follow each other: TOML allows others between
    /// them, but not every parser then keeps them all.
    /// </summary>
    private void Open(string key, SourceSpan keySpan, bool isArray)
    {
        if (isArray && _headerArray?.Key == key)
        {
            ((TomlArray)_headerArray.Value).Items.Add(_table);
            return;
        }

        TomlEntry? known = _root.Find(key);
        var entry = new TomlEntry(key, keySpan, isArray ? new TomlArray([_table], _table.Span) : _table);
        if (isArray && known?.Value is TomlArray { Items.Count: > 0 } array && array.Items[0].Span == array.Span)
            Report($"All tables of {Quoted.Of(key)} must follow each other.", keySpan);
        else if (Add(_root, entry))
            _headerArray = isArray ? entry : null;
    }

    /// <summary>A key and its value; where the value can't be read the key is known all the same.</summary>
    private bool TopEntry(TomlTable table)
    {
        if (!Key(out string key, out SourceSpan keySpan))
            return false;
        if (_token.Kind != TomlTokenKind.EqualsSign)
            return Expected("'='");
        Advance();
        TomlValue? value = Value(0);
        Add(table, new TomlEntry(key, keySpan, value ?? new TomlUnreadable(keySpan)));
        return value is not null;
    }

    private bool Add(TomlTable table, TomlEntry entry) =>
        table.TryAdd(entry) || Report($"{Quoted.Of(entry.Key)} is there already.", entry.KeySpan);

    private bool Key(out string key, out SourceSpan span)
    {
        key = _token.Text;
        span = _token.Span;
        if (_token.Kind == TomlTokenKind.Bare)
        {
            foreach (char c in key)
            {
                if (c == '.')
                    return Report("Keys with dots are not part of a profile's syntax.", span);
                if (!TomlScanner.IsBareKey(c))
                    return Report($"The key {Quoted.Of(key)} needs quotes.", span);
            }
        }
        else if (_token.Kind != TomlTokenKind.String)
        {
            return Expected("a key");
        }

        Advance();
        return _token.Kind != TomlTokenKind.Bare || _token.Text[0] != '.'
            || Report("Keys with dots are not part of a profile's syntax.", _token.Span);
    }

    /// <summary>The value at hand, or null: then it has been reported.</summary>
    private TomlValue? Value(int depth)
    {
        TomlToken token = _token;
        switch (token.Kind)
        {
            case TomlTokenKind.String:
                Advance();
                return new TomlString(token.Text, token.Span);
            case TomlTokenKind.Bare:
                TomlValue? value = TomlNumber.Parse(token.Text, token.Span, out string error);
                if (value is null)
                    Report(error, token.Span);
                else
                    Advance();
                return value;
            case TomlTokenKind.OpenBracket or TomlTokenKind.OpenBrace when depth == MaxNesting:
                Report($"More than {MaxNesting} values inside each other.", token.Span);
                return null;
            case TomlTokenKind.OpenBracket:
                return Array(depth + 1);
            case TomlTokenKind.OpenBrace:
                return InlineTable(depth + 1);
            default:
                Expected("a value");
                return null;
        }
    }

    private TomlArray? Array(int depth)
    {
        SourceSpan open = _token.Span;
        var items = new List<TomlValue>();
        bool isFirst = true;
        bool hasComma = true;
        _openArrays++;
        Advance();
        while (true)
        {
            while (_token.Kind == TomlTokenKind.NewLine)
                Advance();
            if (_token.Kind == TomlTokenKind.CloseBracket)
            {
                var array = new TomlArray(items, SourceSpan.Between(open.Start, _token.Span.End));
                _openArrays--;
                Advance();
                return array;
            }

            if (_token.Kind == TomlTokenKind.Comma && !hasComma)
            {
                hasComma = true;
                Advance();
                continue;
            }

            if (_token.Kind == TomlTokenKind.End || (!isFirst && IsStatement(_token.Span.Start)))
            {
                Report("This '[' is not closed.", open);
                return null;
            }

            if (!hasComma)
            {
                Expected("',' or ']'");
                return null;
            }

            if (Value(depth) is not { } item)
                return null;
            items.Add(item);
            isFirst = false;
            hasComma = false;
        }
    }

    private TomlTable? InlineTable(int depth)
    {
        int start = _token.Span.Start;
        var entries = new List<TomlEntry>();
        Advance();
        while (_token.Kind != TomlTokenKind.CloseBrace || entries.Count > 0)
        {
            if (!Key(out string key, out SourceSpan keySpan))
                return null;
            if (_token.Kind != TomlTokenKind.EqualsSign)
            {
                Expected("'='");
                return null;
            }

            Advance();
            if (Value(depth) is not { } value)
                return null;
            entries.Add(new TomlEntry(key, keySpan, value));

            if (_token.Kind == TomlTokenKind.CloseBrace)
                break;
            if (_token.Kind != TomlTokenKind.Comma)
            {
                Expected("',' or '}' on the same line");
                return null;
            }

            Advance();
        }

        var table = new TomlTable(SourceSpan.Between(start, _token.Span.End));
        foreach (TomlEntry entry in entries)
            Add(table, entry);
        Advance();
        return table;
    }

    /// <summary>Goes on after an error in what began at <paramref name="start"/>.</summary>
    private void Recover(int start)
    {
        int line = LineOf(_token.Span.Start);
        int next = NextLine(_token.Span.Start);
        if (line <= start)
        {
            line = next;
            for (int i = _token.Span.Start; i < next && _openArrays > 0; i++)
                _openArrays += _text[i] == '[' ? 1 : _text[i] == ']' ? -1 : 0;
        }

        // What is left of an array would only give more errors.
        while (_openArrays > 0 && line < _text.Length && !IsStatement(line))
            line = NextLine(line);
        _openArrays = 0;
        GoTo(line);
    }

    private int LineOf(int position) => position == 0 ? 0 : _text.LastIndexOf('\n', position - 1) + 1;

    private int NextLine(int position)
    {
        int end = position < _text.Length ? _text.IndexOf('\n', position) : -1;
        return end < 0 ? _text.Length : end + 1;
    }

    /// <summary>Whether a header or a key with '=' is at hand: what can only begin a line.</summary>
    private bool IsStatement(int position)
    {
        var ahead = new TomlScanner(_text, position);
        TomlToken token = ahead.Next();
        if (token.Kind is TomlTokenKind.Bare or TomlTokenKind.String)
            return ahead.Next().Kind == TomlTokenKind.EqualsSign;
        if (token.Kind != TomlTokenKind.OpenBracket)
            return false;

        token = ahead.Next();
        if (token.Kind == TomlTokenKind.OpenBracket)
            token = ahead.Next();
        if (token.Kind != TomlTokenKind.Bare || TomlNumber.Parse(token.Text, token.Span, out _) is not null)
            return false;
        do
            token = ahead.Next();
        while (token.Kind == TomlTokenKind.CloseBracket);
        return token.Kind is TomlTokenKind.NewLine or TomlTokenKind.End;
    }

    private void GoTo(int position)
    {
        _scanner = new TomlScanner(_text, position);
        Advance();
    }

    private void Advance() => _token = _scanner.Next();

    private bool Expected(string what) =>
        Report(_token.Kind == TomlTokenKind.Bad ? _token.Text : $"Expected {what}.", _token.Span);

    /// <summary>Always false, as what can't be read is.</summary>
    private bool Report(string message, SourceSpan span)
    {
        _errors.Add(new SyntaxError(message, span));
        return false;
    }
}

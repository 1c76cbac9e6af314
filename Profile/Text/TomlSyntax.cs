using System.Collections.Generic;

namespace BitKernelGen.Profiles.Text;

/// <summary>A value of a TOML text, and where it stands.</summary>
internal abstract record TomlValue(SourceSpan Span);

/// <summary>A basic or literal string.</summary>
internal sealed record TomlString(string Value, SourceSpan Span) : TomlValue(Span);

/// <summary>A 64-bit integer.</summary>
internal sealed record TomlInteger(long Value, SourceSpan Span) : TomlValue(Span);

/// <summary>A double.</summary>
internal sealed record TomlFloat(double Value, SourceSpan Span) : TomlValue(Span);

/// <summary>true or false.</summary>
internal sealed record TomlBoolean(bool Value, SourceSpan Span) : TomlValue(Span);

/// <summary>A value that could not be read and has been reported: it stands for its key only.</summary>
internal sealed record TomlUnreadable(SourceSpan Span) : TomlValue(Span);

/// <summary>A list in brackets, or all tables of one <c>[[name]]</c>; then the span is that of the first header.</summary>
internal sealed record TomlArray(List<TomlValue> Items, SourceSpan Span) : TomlValue(Span);

/// <summary>A key with its value.</summary>
internal sealed record TomlEntry(string Key, SourceSpan KeySpan, TomlValue Value);

/// <summary>The whole text, a <c>[table]</c> (then the span is that of its header) or an inline table.</summary>
internal sealed record TomlTable(SourceSpan Span) : TomlValue(Span)
{
    private readonly Dictionary<string, TomlEntry> _byKey = new(System.StringComparer.Ordinal);
    private readonly List<TomlEntry> _entries = [];

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<TomlEntry> Entries => _entries;

    public TomlEntry? Find(string key) => _byKey.TryGetValue(key, out TomlEntry? entry) ? entry : null;

    /// <summary>False, and nothing is added, where the key is there already.</summary>
    public bool TryAdd(TomlEntry entry)
    {
        if (_byKey.ContainsKey(entry.Key))
            return false;
        _byKey.Add(entry.Key, entry);
        _entries.Add(entry);
        return true;
    }
}

/// <summary>Something that is not TOML, or not in the subset.</summary>
internal sealed record SyntaxError(string Message, SourceSpan Span);

/// <summary>What a text says, as far as it could be read.</summary>
internal sealed record TomlDocument(TomlTable Root, IReadOnlyList<SyntaxError> Errors);

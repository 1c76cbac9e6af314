using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles.Binding;

/// <summary>
/// Takes the values of a table's keys. What is wrong is reported where it stands, and something harmless is given in its place:
/// the profile made of it is thrown away.
/// </summary>
internal sealed class TableBinder
{
    private readonly TomlTable _table;
    private readonly string _title;
    private readonly string _prefix;
    private readonly Reports _reports;
    private readonly HashSet<string> _meant = new(StringComparer.Ordinal);

    /// <summary>Reports the keys that the table should not have.</summary>
    /// <param name="table">The table.</param>
    /// <param name="title">What messages call it, inside a sentence.</param>
    /// <param name="prefix">What messages put before its keys.</param>
    /// <param name="known">The keys that it may have.</param>
    /// <param name="reports">Where errors go.</param>
    public TableBinder(TomlTable table, string title, string prefix, IReadOnlyList<string> known, Reports reports)
    {
        (_table, _title, _prefix, _reports) = (table, title, prefix, reports);
        foreach (TomlEntry entry in table.Entries.Where(entry => !known.Contains(entry.Key)))
        {
            string? word = Suggestion.For(entry.Key, known);
            if (word is not null)
                _meant.Add(word);
            reports.Error(Ids.UnknownKey, $"Unknown key {Quoted.Of(entry.Key)} in {title}{Suggestion.Phrase(word)}", entry.KeySpan);
        }
    }

    /// <summary>How many errors were reported so far: where none was added, what was taken since can be relied on.</summary>
    public int ErrorCount => _reports.ErrorCount;

    /// <summary>Its value, where the key is there.</summary>
    public TomlValue? Find(string key) => _table.Find(key)?.Value;

    public bool Has(string key) => Find(key) is not null;

    /// <summary>Its value; reports that the key is missing, unless something that may have been it was reported already.</summary>
    public TomlValue? Need(string key)
    {
        TomlValue? value = Find(key);
        if (value is null && !_meant.Contains(key) && !_reports.HasSyntaxErrors)
            _reports.Error(Ids.MissingKey, $"{Sentence(_title)} needs '{key}'.", _table.Span);
        return value;
    }

    public string String(string key) => Need(key) is { } value ? String(value, Name(key)) : "";

    /// <summary>A string for which <paramref name="isGood"/> holds.</summary>
    public string String(string key, Func<string, bool> isGood, string rule)
    {
        if (Need(key) is not { } value)
            return "";
        string text = String(value, Name(key));
        if (value is TomlString && !isGood(text))
            Wrong(value, $"{Name(key)} must be {rule}, but it is {Quoted.Of(text)}.");
        return text;
    }

    public EquatableArray<string> Strings(string key, int atLeast)
    {
        return Array(key, atLeast, int.MaxValue, atLeast == 0 ? "a list of strings" : "a list of strings, not empty", String);
    }

    /// <summary>One of some words, or the first of them where the key is missing.</summary>
    public string Word(string key, string kind, IReadOnlyList<string> words)
    {
        if (Find(key) is not { } value)
            return words[0];
        string written = String(value, Name(key));
        if (words.Contains(written))
            return written;
        if (value is TomlString)
            _reports.Error(Ids.UnknownName, $"Unknown {kind} {Quoted.Of(written)}{Hint(written, words)}", value.Span);
        return words[0];
    }

    public int Integer(string key, int least, int most) => Need(key) is { } value ? Integer(value, Name(key), least, most) : least;

    public bool Boolean(string key)
    {
        TomlValue? value = Need(key);
        if (value is TomlBoolean boolean)
            return boolean.Value;
        if (value is not null)
            WrongKind(value, $"{Name(key)} must be true or false");
        return false;
    }

    public double Number(string key, Func<double, bool> isGood, string rule) =>
        Need(key) is { } value ? Number(value, Name(key), isGood, rule) : 1;

    public EquatableArray<int> Integers(string key, int leastCount, int mostCount, int least, int most)
    {
        string count = leastCount == mostCount ? $"{leastCount}" : $"{leastCount} to {mostCount}";
        return Array(key, leastCount, mostCount, $"a list of {count} integers", (value, name) => Integer(value, name, least, most));
    }

    /// <summary>A list of so many numbers, or of any count where none is known.</summary>
    public EquatableArray<double> Numbers(string key, int? count, Func<double, bool> isGood, string rule)
    {
        string list = count is null ? "a list of numbers" : count == 1 ? "a list of 1 number" : $"a list of {count} numbers";
        return Array(key, count ?? 0, count ?? int.MaxValue, list, (value, name) => Number(value, name, isGood, rule));
    }

    /// <summary>A table with a header.</summary>
    public TableBinder? Section(string key, IReadOnlyList<string> known) => Table(key, $"[{key}]", "", known);

    /// <summary>A table in one line.</summary>
    public TableBinder? Table(string key, IReadOnlyList<string> known) => Table(key, Name(key), $"{_prefix}{key}.", known);

    public void Wrong(TomlValue value, string message) => _reports.Error(Ids.WrongValue, message, value.Span);

    /// <summary>That a value is of another kind, unless it could not be read in the first place.</summary>
    public void WrongKind(TomlValue value, string rule)
    {
        if (value is not TomlUnreadable)
            Wrong(value, $"{rule}, but it is {Kind(value)}.");
    }

    private TableBinder? Table(string key, string title, string prefix, IReadOnlyList<string> known)
    {
        TomlValue? value = Need(key);
        if (value is TomlTable table)
            return new TableBinder(table, title, prefix, known, _reports);
        if (value is not null)
            WrongKind(value, $"{Name(key)} must be a table");
        return null;
    }

    private EquatableArray<T> Array<T>(string key, int least, int most, string rule, Func<TomlValue, string, T> bind)
        where T : IEquatable<T>
    {
        if (Need(key) is not { } value)
            return default;
        if (value is not TomlArray array)
        {
            WrongKind(value, $"{Name(key)} must be {rule}");
            return default;
        }

        if (array.Items.Count < least || array.Items.Count > most)
            Wrong(array, $"{Name(key)} must be {rule}, but it has {array.Items.Count}.");
        return new EquatableArray<T>(array.Items.Select(item => bind(item, $"an element of {Name(key)}")));
    }

    private string String(TomlValue value, string name)
    {
        if (value is TomlString text)
            return text.Value;
        WrongKind(value, $"{Sentence(name)} must be a string");
        return "";
    }

    private int Integer(TomlValue value, string name, int least, int most)
    {
        string rule = most == int.MaxValue ? $"an integer, at least {least}" : $"an integer from {least} to {most}";
        if (value is not TomlInteger integer)
            WrongKind(value, $"{Sentence(name)} must be {rule}");
        else if (integer.Value < least || integer.Value > most)
            Wrong(value, $"{Sentence(name)} must be {rule}, but it is {integer.Value}.");
        else
            return (int)integer.Value;
        return least;
    }

    private double Number(TomlValue value, string name, Func<double, bool> isGood, string rule)
    {
        double? number = value is TomlInteger integer ? integer.Value : (value as TomlFloat)?.Value;
        if (number is null)
            WrongKind(value, $"{Sentence(name)} must be {rule}");
        else if (!isGood(number.Value))
            Wrong(value, $"{Sentence(name)} must be {rule}, but it is {TomlText.Of(number.Value)}.");
        return number ?? 1;
    }

    private string Name(string key) => $"'{_prefix}{key}'";

    private static string Sentence(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    private static string Hint(string written, IReadOnlyList<string> words) =>
        Suggestion.For(written, words) is { } word ? Suggestion.Phrase(word) : $"; there are {string.Join(", ", words)}.";

    private static string Kind(TomlValue value) => value switch
    {
        TomlString => "a string",
        TomlInteger => "an integer",
        TomlFloat => "a float",
        TomlBoolean => "a boolean",
        TomlArray => "a list",
        _ => "a table",
    };
}

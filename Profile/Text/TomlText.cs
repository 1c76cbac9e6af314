using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace BitKernelGen.Profiles.Text;

/// <summary>Values as TOML text, for profiles and the entries of their provenance.</summary>
public static class TomlText
{
    private static readonly string[] Formats = ["R", "G9", "G17"];

    /// <summary>A basic string, in quotes.</summary>
    /// <exception cref="ArgumentException">The text holds half of a surrogate pair.</exception>
    public static string Of(string value)
    {
        var text = new StringBuilder("\"", value.Length + 2);
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
                text.Append(c).Append(value[++i]);
            else if (char.IsSurrogate(c))
                throw new ArgumentException("TOML can't hold half of a surrogate pair.", nameof(value));
            else
                Append(text, c);
        }

        return text.Append('"').ToString();
    }

    /// <summary>An integer.</summary>
    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A boolean.</summary>
    public static string Of(bool value) => value ? "true" : "false";

    /// <summary>The shortest number that reads as this double; without a point where it is whole.</summary>
    public static string Of(double value) =>
        Special(value) ?? Formats.Select(format => value.ToString(format, CultureInfo.InvariantCulture)).First(text => Read(text).Equals(value));

    /// <summary>The shortest number that reads as this float.</summary>
    public static string Of(float value) =>
        Special(value) ?? Formats.Select(format => value.ToString(format, CultureInfo.InvariantCulture)).Append(Of((double)value))
            .First(text => ((float)Read(text)).Equals(value));

    /// <summary>A list.</summary>
    public static string Of(IEnumerable<double> values) => "[" + string.Join(", ", values.Select(Of)) + "]";

    /// <summary>A list.</summary>
    public static string Of(IEnumerable<int> values) => "[" + string.Join(", ", values.Select(value => Of(value))) + "]";

    /// <summary>A list.</summary>
    public static string Of(IEnumerable<string> values) => "[" + string.Join(", ", values.Select(Of)) + "]";

    /// <summary>Whether a text is a key that needs no quotes.</summary>
    public static bool IsBareKey(string text) => text.Length > 0 && text.All(TomlScanner.IsBareKey);

    /// <summary>Whether a text is one value and nothing else.</summary>
    public static bool IsValue(string text) => TomlParser.IsValue(text);

    private static string? Special(double value) =>
        double.IsNaN(value) ? "nan"
        : double.IsPositiveInfinity(value) ? "inf"
        : double.IsNegativeInfinity(value) ? "-inf"
        : value.Equals(0.0) ? (1 / value < 0 ? "-0.0" : "0")
        : null;

    private static double Read(string text) => TomlNumber.Parse(text, default, out _) switch
    {
        TomlInteger integer => integer.Value,
        TomlFloat number => number.Value,
        _ => double.NaN,
    };

    private static void Append(StringBuilder text, char c)
    {
        int index = "\b\t\n\f\r\"\\".IndexOf(c);
        if (index >= 0)
            text.Append('\\').Append("btnfr\"\\"[index]);
        else if (c is < ' ' or '\u007f')
            text.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
        else
            text.Append(c);
    }
}

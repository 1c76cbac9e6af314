using System;
using System.Globalization;

namespace BitKernelGen.Profiles.Text;

/// <summary>Values without quotes or brackets: booleans and decimal numbers.</summary>
internal static class TomlNumber
{
    /// <summary>A longer number is refused: it bounds the time that exact rounding takes.</summary>
    private const int MaxLength = 100;

    /// <summary>The value, or null and why there is none.</summary>
    public static TomlValue? Parse(string text, SourceSpan span, out string error)
    {
        error = "";
        switch (text)
        {
            case "true":
                return new TomlBoolean(true, span);
            case "false":
                return new TomlBoolean(false, span);
            case "inf" or "+inf":
                return new TomlFloat(double.PositiveInfinity, span);
            case "-inf":
                return new TomlFloat(double.NegativeInfinity, span);
            case "nan" or "+nan" or "-nan":
                return new TomlFloat(double.NaN, span);
        }

        bool isNegative = text[0] == '-';
        int first = text[0] is '-' or '+' ? 1 : 0;
        int integerEnd = SkipDigits(text, first);
        if (integerEnd == first || (integerEnd > first + 1 && text[first] == '0'))
            return Refuse(text, first, out error);

        int fractionEnd = integerEnd;
        if (At(text, integerEnd) == '.')
        {
            fractionEnd = SkipDigits(text, integerEnd + 1);
            if (fractionEnd == integerEnd + 1)
                return Refuse(text, first, out error);
        }

        int end = fractionEnd;
        int exponentStart = fractionEnd + 1;
        if (At(text, fractionEnd) is 'e' or 'E')
        {
            if (At(text, exponentStart) is '-' or '+')
                exponentStart++;
            end = SkipDigits(text, exponentStart);
            if (end == exponentStart)
                return Refuse(text, first, out error);
        }

        if (end != text.Length)
            return Refuse(text, first, out error);
        if (text.Length > MaxLength)
        {
            error = $"A number of more than {MaxLength} characters.";
            return null;
        }

        return end == integerEnd ? Integer(text, span, out error) : Float(out error);

        TomlFloat? Float(out string error)
        {
            string fraction = fractionEnd > integerEnd ? text.Substring(integerEnd + 1, fractionEnd - integerEnd - 1) : "";
            int exponent = 0;
            for (int i = exponentStart; i < end; i++)
                exponent = Math.Min((exponent * 10) + text[i] - '0', 100_000);
            if (At(text, exponentStart - 1) == '-')
                exponent = -exponent;

            double magnitude = ExactDouble.Of(text.Substring(first, integerEnd - first) + fraction, exponent - fraction.Length);
            error = double.IsInfinity(magnitude) ? $"'{text}' is beyond the range of a double." : "";
            return error.Length > 0 ? null : new TomlFloat(isNegative ? -magnitude : magnitude, span);
        }
    }

    private static TomlInteger? Integer(string text, SourceSpan span, out string error)
    {
        bool fits = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value);
        error = fits ? "" : $"'{text}' is beyond the range of a 64-bit integer.";
        return fits ? new TomlInteger(value, span) : null;
    }

    private static TomlValue? Refuse(string text, int first, out string error)
    {
        string shown = Quoted.Of(text);
        bool startsWithDigit = IsDigit(At(text, first));
        error = startsWithDigit && (text.IndexOf(':') >= 0 || text.IndexOf('-', first) is 4)
            ? "Dates and times are not part of a profile's syntax."
            : startsWithDigit && text.IndexOf('_') >= 0
            ? $"{shown} is not a number of a profile's syntax: write it without '_'."
            : At(text, first) == '0' && IsDigit(At(text, first + 1))
            ? $"{shown} is not a number: no zeros in front."
            : startsWithDigit || text[0] is '+' or '-' or '.'
            ? $"{shown} is not a decimal number."
            : $"{shown} is not a value; strings need quotes.";
        return null;
    }

    private static int SkipDigits(string text, int start)
    {
        while (IsDigit(At(text, start)))
            start++;
        return start;
    }

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static char At(string text, int index) => index < text.Length ? text[index] : '\0';
}

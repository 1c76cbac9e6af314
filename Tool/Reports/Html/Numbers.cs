using System.Globalization;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>Numbers as people read them.</summary>
internal static class Numbers
{
    /// <summary>Between a number and its unit, which no line break parts.</summary>
    private const char Gap = '\u00A0';

    private static readonly (double Size, string Name)[] Thousands = [(1e9, "G"), (1e6, "M"), (1e3, "k")];

    /// <summary>The number as it is.</summary>
    public static string Plain(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number on an axis, freed of what its making left behind the last digit.</summary>
    public static string Tick(double value) => value == 0 ? "0" : value.ToString("G6", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>Three or four digits.</summary>
    public static string Significant(double value) =>
        value.ToString(Math.Abs(value) is 0 or (>= 1e-2 and < 1e5) ? "0.####" : "0.##E0", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>1,234 as 1.23 k.</summary>
    public static string Count(double value)
    {
        (double size, string name) = Thousands.FirstOrDefault(unit => value >= unit.Size, (1, ""));
        return name.Length == 0 ? Digits(value) : $"{Digits(value / size)}{Gap}{name}";
    }

    /// <summary>Bytes in thousands.</summary>
    public static string Bytes(double bytes) => bytes < 1000 ? $"{Digits(bytes)}{Gap}B" : $"{Count(bytes).Replace('k', 'K')}B";

    /// <summary>A ratio in decibels; infinite where there is none.</summary>
    public static string Decibels(double? value) =>
        value is null ? $"∞{Gap}dB" : $"{value.Value.ToString("0.0", CultureInfo.InvariantCulture).Replace('-', '−')}{Gap}dB";

    /// <summary>A share of 0 to 1 in per cent.</summary>
    public static string Percent(double share, string format = "0.0") => $"{(share * 100).ToString(format, CultureInfo.InvariantCulture)}{Gap}%";

    /// <summary>A number of bits.</summary>
    public static string Bits(int bits) => bits == 1 ? $"1{Gap}bit" : $"{bits}{Gap}bits";

    /// <summary>Microseconds.</summary>
    public static string Microseconds(double value) =>
        value < 1000 ? $"{Digits(value)}{Gap}µs" : value < 1e6 ? $"{Digits(value / 1e3)}{Gap}ms" : $"{Digits(value / 1e6)}{Gap}s";

    /// <summary>Height, width, channels.</summary>
    public static string Shape(IEnumerable<int> shape) => string.Join(" × ", shape);

    /// <summary>Coefficients, most significant first.</summary>
    public static string Coefficients(IEnumerable<double> coefficients) =>
        string.Join(' ', coefficients.Select(coefficient => coefficient.ToString("0.####", CultureInfo.InvariantCulture)));

    private static string Digits(double value) =>
        value.ToString(value >= 100 ? "0" : value >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace BitKernelGen.Tool.Reports;

/// <summary>Coefficients where there is little room.</summary>
internal static class CoefficientText
{
    private const int Many = 5;

    /// <summary>Many powers of two are what everyone expects; all else is written out.</summary>
    public static string Short(IReadOnlyList<double> coefficients) =>
        coefficients.Count >= Many && IsPowersOfTwo(coefficients)
            ? $"{coefficients[0].ToString(CultureInfo.InvariantCulture)} … 2 1"
            : string.Join(' ', coefficients.Select(coefficient => coefficient.ToString("0.####", CultureInfo.InvariantCulture)));

    private static bool IsPowersOfTwo(IReadOnlyList<double> coefficients) =>
        coefficients.Select((coefficient, i) => coefficient == 1 << (coefficients.Count - 1 - i)).All(isPower => isPower);
}

using System.Globalization;
using System.Text;

namespace BitKernelGen.Generator.Emit;

/// <summary>Values as C# text, in the invariant culture.</summary>
internal static class CSharp
{
    /// <summary>A float literal that reads back to the same bits.</summary>
    public static string Literal(float value) =>
        value == (int)value && value > -1e6f && value < 1e6f
            ? ((int)value).ToString(CultureInfo.InvariantCulture) + "f"
            : value.ToString("G9", CultureInfo.InvariantCulture) + "f";

    /// <summary>A double literal that reads back to the same bits.</summary>
    public static string Literal(double value) => value.ToString("G17", CultureInfo.InvariantCulture) + "d";

    /// <summary>A quoted string literal.</summary>
    public static string Literal(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            text.Append(c is '"' or '\\' ? "\\" + c
                : c is < ' ' or > '~' ? "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture)
                : c.ToString());
        }

        return text.Append('"').ToString();
    }

    /// <summary>Text that is safe inside an XML documentation comment.</summary>
    public static string Xml(string value) => value.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>What a cast applies to: a sum is put into parentheses.</summary>
    public static string Operand(string expression) => expression.IndexOf(' ') < 0 ? expression : $"({expression})";

    /// <summary>A pointer and an index; nothing is added for "0".</summary>
    public static string Plus(string expression, string index) => index == "0" ? expression : $"{expression} + {index}";

    /// <summary>A variable times a constant, for use inside a sum; no product by 1.</summary>
    public static string Times(string variable, int factor) => factor == 1 ? variable : $"({variable} * {factor})";

    /// <summary>Moves a pointer by a constant. The sign is written out here and below: that of a number is the culture's.</summary>
    public static string Move(string pointer, int bytes) => bytes < 0 ? $"{pointer} -= {-bytes};" : $"{pointer} += {bytes};";

    /// <summary>A pointer or number and a constant offset: nothing is added for 0.</summary>
    public static string Plus(string expression, int offset) => offset == 0 ? expression : offset > 0 ? $"{expression} + {offset}" : $"{expression} - {-offset}";
}

using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>Text on a page.</summary>
internal static class HtmlText
{
    /// <summary>What every text passes on its way to the page, be it a name out of a profile or a unit; safe in attributes too.</summary>
    public static HtmlEncoder Encoder { get; } = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The text, so that it means itself.</summary>
    public static string Encode(string text) => Encoder.Encode(text);
}

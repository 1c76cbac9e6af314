using System.Globalization;
using System.Text;

namespace BitKernelGen.Tool.Reports.Html.Charts;

/// <summary>
/// A chart as inline SVG. The marks stretch with the page; the labels are text beside them and keep their size; colours and
/// widths are the style sheet's, by class, so that the chart follows the page from light to dark and to paper.
/// </summary>
internal sealed class Plot(Scale x, Scale y)
{
    private const double Extent = 1000;

    private readonly StringBuilder _marks = new();
    private readonly StringBuilder _labels = new();

    /// <summary>A line through points.</summary>
    public Plot Line(string style, IEnumerable<(double X, double Y)> points)
    {
        string path = string.Join('L', points.Select(point => Point(point.X, point.Y)));
        if (path.Length > 0)
            _marks.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"M{path}\"/>");
        return this;
    }

    /// <summary>What is under steps: each has the width of its interval.</summary>
    public Plot Steps(string style, IEnumerable<(double Begin, double End, double Y)> steps)
    {
        var path = new StringBuilder();
        double reached = double.NaN;
        foreach ((double begin, double end, double height) in steps)
        {
            // A step that begins where the last one ended goes on with its outline.
            if (begin != reached)
                path.Append(path.Length == 0 ? $"M{Across(begin)} {Extent}" : $"V{Extent}H{Across(begin)}");
            path.Append(CultureInfo.InvariantCulture, $"V{Up(height)}H{Across(end)}");
            reached = end;
        }

        if (path.Length > 0)
            _marks.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"{path}V{Extent}Z\"/>");
        return this;
    }

    /// <summary>A rectangle.</summary>
    public Plot Bar(string style, double left, double right, double bottom, double top, string? title = null)
    {
        double width = (x.At(right) - x.At(left)) * Extent, height = (y.At(top) - y.At(bottom)) * Extent;
        _marks.Append(
            CultureInfo.InvariantCulture,
            $"<rect class=\"{style}\" x=\"{Across(left)}\" y=\"{Up(top)}\" width=\"{Round(width)}\" height=\"{Round(height)}\">{Title(title)}</rect>");
        return this;
    }

    /// <summary>A dot: a line of no length with round ends, which stays round however the chart is stretched.</summary>
    public Plot Dot(string style, double atX, double atY, string title)
    {
        _marks.Append(CultureInfo.InvariantCulture, $"<path class=\"dot {style}\" d=\"M{Point(atX, atY)}h0\">{Title(title)}</path>");
        return this;
    }

    /// <summary>Lines from the bottom up, by a share of the height.</summary>
    public Plot Verticals(string style, IEnumerable<double> values, double share = 1)
    {
        string path = string.Concat(values.Select(value => $"M{Across(value)} {Extent}V{Round(Extent * (1 - share))}"));
        if (path.Length > 0)
            _marks.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"{path}\"/>");
        return this;
    }

    /// <summary>Numbers along the horizontal axis.</summary>
    public Plot LabelX(IEnumerable<double> values, Func<double, string> format)
    {
        foreach (double value in values)
            _labels.Append(CultureInfo.InvariantCulture, $"<span class=\"x\" style=\"left:{Percent(x.At(value))}\">{HtmlText.Encode(format(value))}</span>");
        return this;
    }

    /// <summary>Numbers along the vertical axis, each with a line across.</summary>
    public Plot LabelY(IEnumerable<double> values, Func<double, string> format)
    {
        foreach (double value in values)
        {
            _marks.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M0 {Up(value)}H{Extent}\"/>");
            _labels.Append(CultureInfo.InvariantCulture, $"<span class=\"y\" style=\"bottom:{Percent(y.At(value))}\">{HtmlText.Encode(format(value))}</span>");
        }

        return this;
    }

    /// <summary>The chart.</summary>
    /// <param name="description">What it shows, for those who can't see it.</param>
    /// <param name="style">A class of the whole.</param>
    public string ToHtml(string description, string style) =>
        $"<div class=\"plot {style}\"><svg viewBox=\"0 0 {Extent} {Extent}\" preserveAspectRatio=\"none\" role=\"img\" "
        + $"aria-label=\"{HtmlText.Encode(description)}\">{_marks}</svg>{_labels}</div>";

    private static string Title(string? title) => title is null ? "" : $"<title>{HtmlText.Encode(title)}</title>";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##}%");

    private string Point(double atX, double atY) => $"{Across(atX)} {Up(atY)}";

    private string Across(double value) => Round(x.At(value) * Extent);

    private string Up(double value) => Round((1 - y.At(value)) * Extent);

    private static string Round(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}

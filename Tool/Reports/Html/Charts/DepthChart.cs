using System.Globalization;

namespace BitKernelGen.Tool.Reports.Html.Charts;

/// <summary>A quantity of every layer, in the network's order from left to right; charts of one network line up.</summary>
internal sealed class DepthChart
{
    private const double Half = 0.38;
    private const int MostNumbers = 12;

    private readonly Plot _plot;

    /// <summary>Starts one.</summary>
    /// <param name="layers">How many layers there are.</param>
    /// <param name="vertical">The axis of the quantity, from 0 on.</param>
    /// <param name="ticks">What is written on it.</param>
    /// <param name="format">How.</param>
    public DepthChart(int layers, LinearScale vertical, IEnumerable<double> ticks, Func<double, string> format)
    {
        _plot = new Plot(new LinearScale(0.4, layers + 0.6), vertical);
        _plot.LabelY(ticks, format).LabelX(Numbered(layers), number => number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A bar for each layer that has a value; the title is what hovering shows.</summary>
    public DepthChart Bars(string style, Side side, IEnumerable<(int Number, double Value, string Title)> values)
    {
        double left = side == Side.Right ? 0 : Half, right = side == Side.Left ? 0 : Half;
        foreach ((int number, double value, string title) in values)
            _plot.Bar(style, number - left, number + right, 0, value, title);
        return this;
    }

    /// <summary>A line through the layers that have a value.</summary>
    public DepthChart Line(string style, IReadOnlyList<(int Number, double Value, string Title)> values)
    {
        _plot.Line($"curve {style}", values.Select(value => ((double)value.Number, value.Value)));
        return Dots(style, values);
    }

    /// <summary>A dot for each layer that has a value.</summary>
    public DepthChart Dots(string style, IEnumerable<(int Number, double Value, string Title)> values)
    {
        foreach ((int number, double value, string title) in values)
            _plot.Dot(style, number, value, title);
        return this;
    }

    /// <summary>The chart.</summary>
    public string ToHtml(string description, string style = "") => _plot.ToHtml(description, $"depth {style}".TrimEnd());

    private static IEnumerable<double> Numbered(int layers)
    {
        int step = (int)Math.Ceiling(layers / (double)MostNumbers);
        return Enumerable.Range(1, layers).Where(number => (number - 1) % step == 0).Select(number => (double)number);
    }
}

/// <summary>Which part of a layer's place a bar takes.</summary>
internal enum Side
{
    /// <summary>All of it.</summary>
    Both,
    /// <summary>The left half.</summary>
    Left,
    /// <summary>The right half.</summary>
    Right,
}

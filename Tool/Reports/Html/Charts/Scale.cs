namespace BitKernelGen.Tool.Reports.Html.Charts;

/// <summary>Where on an axis a value is.</summary>
internal abstract record Scale
{
    /// <summary>The share of the axis, 0 to 1, that lies before a value; beyond that for values that are not on it.</summary>
    public abstract double At(double value);
}

/// <summary>An axis on which equal differences are equally long.</summary>
/// <param name="Min">Where it begins.</param>
/// <param name="Max">Where it ends, above <paramref name="Min"/>.</param>
internal sealed record LinearScale(double Min, double Max) : Scale
{
    private static readonly double[] Digits = [1, 2, 5, 10];

    public override double At(double value) => (value - Min) / (Max - Min);

    /// <summary>Round numbers on the axis, as a person would write them on it.</summary>
    /// <param name="atMost">How many there is room for.</param>
    public IReadOnlyList<double> Ticks(int atMost)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10((Max - Min) / atMost)));
        double step = Digits.Select(digit => digit * power).First(candidate => (Max - Min) / candidate <= atMost);
        var ticks = new List<double>();
        for (double i = Math.Ceiling(Min / step); i * step <= Max; i++)
            ticks.Add(i * step);
        return ticks;
    }
}

/// <summary>An axis on which equal ratios are equally long.</summary>
/// <param name="Min">Where it begins, above 0.</param>
/// <param name="Max">Where it ends, above <paramref name="Min"/>.</param>
internal sealed record LogScale(double Min, double Max) : Scale
{
    public override double At(double value) => Math.Log(value / Min) / Math.Log(Max / Min);

    /// <summary>The powers of ten on the axis, every second one and so on where there is no room for all.</summary>
    public IReadOnlyList<double> Ticks(int atMost)
    {
        int first = (int)Math.Ceiling(Math.Log10(Min)), last = (int)Math.Floor(Math.Log10(Max));
        int step = Math.Max(1, (int)Math.Ceiling((last - first + 1) / (double)atMost));
        return [.. Enumerable.Range(0, ((last - first) / step) + 1).Select(i => Math.Pow(10, first + (i * step)))];
    }
}

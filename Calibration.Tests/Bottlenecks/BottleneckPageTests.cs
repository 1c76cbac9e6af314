using System.Globalization;
using System.Text;
using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Calibration.Tests.Statistics;

namespace BitKernelGen.Calibration.Tests.Bottlenecks;

/// <summary>The figures in <c>docs/bottleneck.md</c>; written anew with SNAPSHOT_ACCEPT=1.</summary>
public class BottleneckPageTests
{
    private const string Begin = "<!-- figures: BottleneckPageTests -->\n", End = "<!-- end of figures -->";
    private const int Values = 100_000;
    private static readonly string[] Names = ["half-normal", "exponential", "shifted-relu", "uniform", "bimodal", "discrete", "two-sided", "heavy-tailed"];

    [SkippableFact]
    public void FiguresAreWhatTheSolverGives()
    {
        string? path = Page();
        Skip.If(path is null, "docs/bottleneck.md is not above the tests.");
        string page = File.ReadAllText(path!), figures = Figures();
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = page.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("SNAPSHOT_ACCEPT") == "1")
            File.WriteAllText(path!, page[..begin] + figures + page[end..]);
        else
            Assert.Equal(figures, page[begin..end]);
    }

    private static string Figures()
    {
        var text = new StringBuilder("| values | method | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (string name in Names)
        {
            var values = new CumulativeHistogram(Distributions.HistogramOf(Distributions.Draw(name, Values)));
            RateDistortionCurve even = BottleneckSolver.Solve(values, LevelSpacing.Even), any = BottleneckSolver.Solve(values, LevelSpacing.Any);
            void Row(string method, Func<int, double> sqnr) => text.Append(
                CultureInfo.InvariantCulture, $"| {name} | {method} | {string.Join(" | ", Enumerable.Range(1, 8).Select(bits => Text(sqnr(bits))))} |\n");
            Row("maximum range", bits => EvenCodes.OfRange(values, bits).SqnrDb);
            Row("paper, literally", bits => Sqnr(values, PaperLasso.WithBits(values, values.High, bits).LiteralDistortion));
            Row("paper, nearest level", bits => PaperLasso.WithBits(values, values.High, bits).Bottleneck.SqnrDb);
            Row("even", bits => even[bits].SqnrDb);
            Row("**any**", bits => any[bits].SqnrDb);
        }

        return text.ToString();
    }

    private static double Sqnr(CumulativeHistogram values, double distortion) => 10 * Math.Log10(values.Energy / values.Count / distortion);

    private static string Text(double decibels) => decibels > 100 ? "exact" : decibels.ToString("0.0", CultureInfo.InvariantCulture);

    private static string? Page()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "docs", "bottleneck.md");
            if (File.Exists(path))
                return path;
        }

        return null;
    }
}

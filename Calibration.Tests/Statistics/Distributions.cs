using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Tests.Statistics;

/// <summary>Random values of the shapes that activations have.</summary>
internal static class Distributions
{
    public static TheoryData<string> Names => new("half-normal", "uniform", "two-sided", "skewed", "negative", "heavy-tailed", "spike");

    public static float[] Draw(string name, int count = 20_000, int seed = 1)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return [.. Enumerable.Range(0, count).Select(i => (float)(name switch
        {
            "half-normal" => Math.Max(0, Normal()),
            "uniform" => 3 * random.NextDouble(),
            "two-sided" => Normal(),
            "skewed" => 0.3 + Normal(),
            "negative" => -Math.Abs(Normal()) - 0.1,
            "heavy-tailed" => Math.Exp(1.5 * Normal()),
            _ => i == 0 ? 1000 : Math.Abs(Normal()),
        }))];
    }

    public static Histogram HistogramOf(ReadOnlySpan<float> values)
    {
        var histogram = new Histogram();
        histogram.Add(values);
        return histogram;
    }
}

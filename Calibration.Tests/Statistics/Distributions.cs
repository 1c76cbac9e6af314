using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Tests.Statistics;

/// <summary>Random values of the shapes that activations have.</summary>
internal static class Distributions
{
    public static TheoryData<string> Names => new(
        "half-normal", "exponential", "shifted-relu", "uniform", "bimodal", "discrete",
        "two-sided", "skewed", "negative", "heavy-tailed", "spike");

    public static float[] Draw(string name, int count = 20_000, int seed = 1)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return [.. Enumerable.Range(0, count).Select(i => (float)(name switch
        {
            "half-normal" => Math.Max(0, Normal()),
            "exponential" => -Math.Log(1 - random.NextDouble()),
            "shifted-relu" => Math.Max(0, Normal() - 1),
            "uniform" => 3 * random.NextDouble(),
            "bimodal" => Math.Abs((random.Next(3) == 0 ? 5 : 1) + (0.2 * Normal())),
            "discrete" => new[] { 0, 1, 3, 4, 10, 11, 13, 14 }[random.Next(8)] * 0.37,
            "two-sided" => Normal(),
            "skewed" => 0.3 + Normal(),
            "negative" => -Math.Abs(Normal()) - 0.1,
            "heavy-tailed" => Math.Exp(1.5 * Normal()),
            "spike" => i == 0 ? 1000 : Math.Abs(Normal()),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        }))];
    }

    public static Histogram HistogramOf(ReadOnlySpan<float> values)
    {
        var histogram = new Histogram();
        histogram.Add(values);
        return histogram;
    }
}

using System.Globalization;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>The head of the page: what the network is, and its few most important numbers.</summary>
/// <param name="Subtitle">The network in a line.</param>
/// <param name="Tiles">The numbers; what is not known has none.</param>
internal sealed record Header(string Subtitle, IReadOnlyList<Tile> Tiles)
{
    public static Header Of(PageSource source) => new(
        SubtitleOf(source),
        [.. Accuracy(source.Report.Accuracy), .. Rate(source), .. Bytes(source.Report.Bytes), .. Timing(source.Report.Timing), .. Calibration(source.Record)]);

    private static string SubtitleOf(PageSource source)
    {
        Tensor input = source.Network.Tensors[0], output = source.Network.Tensors[source.Network.Output];
        int weighted = source.Layers.Count(layer => layer.WeightBits is not null);
        return $"{Numbers.Shape([input.Height, input.Width, input.Channels])} in, {output.Length} out · {source.Layers.Count} layers, "
            + $"{weighted} with weights · {Numbers.Count(source.Layers.Sum(layer => layer.Macs))} multiply-accumulates";
    }

    private static IEnumerable<Tile> Accuracy(AccuracyReport? accuracy)
    {
        if (accuracy is null)
            yield break;
        string samples = $"{accuracy.Samples.ToString("N0", CultureInfo.InvariantCulture)} samples held back";
        if (accuracy.Top1 is { } top1)
        {
            string detail = accuracy.FloatTop1 is { } floats ? $"float32 {Numbers.Percent(floats, "0.00")}" : samples;
            yield return new Tile("Top-1 accuracy", Numbers.Percent(top1, "0.00"), detail, top1);
        }

        if (accuracy.Agreement is { } agreement)
            yield return new Tile("Agreement with float32", Numbers.Percent(agreement, "0.00"), samples, agreement);
        if (accuracy.SqnrDb is not null)
            yield return new Tile("SQNR of the outputs", Numbers.Decibels(accuracy.SqnrDb), "against float32", null);
    }

    private static IEnumerable<Tile> Rate(PageSource source)
    {
        if (source.Report.Rate is not { Achieved: > 0 } rate)
            yield break;
        string detail = rate.Asked is { } asked ? $"bits a code, {Numbers.Plain(asked)} asked" : "bits a code, weighted by elements";
        yield return new Tile("Average code rate", rate.Achieved.ToString("0.00", CultureInfo.InvariantCulture), detail, rate.Achieved / 8);
    }

    private static IEnumerable<Tile> Bytes(BytesReport? bytes)
    {
        if (bytes is null)
            yield break;
        yield return Smaller("Weights", bytes.Weights, bytes.FloatWeights);
        yield return Smaller("Activations", bytes.Arena, bytes.FloatArena);
    }

    private static Tile Smaller(string name, long bytes, long floats) => new(
        name,
        Numbers.Bytes(bytes),
        $"float32 {Numbers.Bytes(floats)}, {(bytes == 0 ? "" : Ratio((double)floats / bytes))}×",
        floats == 0 ? null : Math.Min(1, (double)bytes / floats));

    private static IEnumerable<Tile> Timing(TimingReport? timing)
    {
        if (timing?.GeneratedUs is { } time)
            yield return new Tile("Time of a run", Numbers.Microseconds(time), $"measured, {timing.InstructionSet}, one thread", null);
    }

    private static IEnumerable<Tile> Calibration(CalibrationRecord? record)
    {
        if (record is null)
            yield break;
        string seconds = record.Seconds is { } time ? $", {time.ToString("0.0", CultureInfo.InvariantCulture)} s" : "";
        yield return new Tile(
            "Calibrated on", record.Samples.ToString("N0", CultureInfo.InvariantCulture), $"samples; {record.Method} codes{seconds}", null);
    }

    private static string Ratio(double ratio) => ratio.ToString("0.0", CultureInfo.InvariantCulture);
}

/// <summary>A number that stands out.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">It.</param>
/// <param name="Detail">What it is to be compared with.</param>
/// <param name="Share">0 to 1 for a bar beneath, or null.</param>
internal sealed record Tile(string Name, string Value, string Detail, double? Share)
{
    /// <summary>The bar's length in CSS; empty for none.</summary>
    public string Length => Share is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#}%") : "";
}

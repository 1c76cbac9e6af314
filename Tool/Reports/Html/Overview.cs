using BitKernelGen.Tool.Reports.Html.Charts;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>The network along its depth: bits, error, and where the work and the bytes are.</summary>
internal static class Overview
{
    private const int MaxBits = 8;
    private static readonly Key[] BitKeys = [new("weights", "weights"), new("code", "code")];

    public static IReadOnlyList<Figure> Of(PageSource source) =>
    [
        Bits(source.Layers),
        .. Error(source),
        .. Share(source.Layers, "Share of the multiply-accumulates", layer => layer.Macs),
        .. Share(source.Layers, "Share of the weights' bytes", layer => layer.WeightBytes ?? 0),
    ];

    private static Figure Bits(IReadOnlyList<LayerReport> layers) => new(
        "Bits of every layer",
        [.. layers.Any(layer => layer.SkipBits is not null) ? [.. BitKeys, new Key("skip", "skip code")] : BitKeys],
        new DepthChart(layers.Count, new LinearScale(0, MaxBits), [0, 2, 4, 6, 8], Numbers.Plain)
            .Bars("weights", Side.Left, Values(layers, layer => layer.WeightBits, (layer, bits) => $"weights, {Numbers.Bits((int)bits)}"))
            .Bars("code", Side.Right, Values(layers, layer => layer.CodeBits, (layer, bits) => $"code, {Numbers.Bits((int)bits)}"))
            .Dots("skip", Values(layers, layer => layer.SkipBits, (layer, bits) => $"skip code, {Numbers.Bits((int)bits)}"))
            .ToHtml("Bits of weights and codes, layer by layer"));

    private static IEnumerable<Figure> Error(PageSource source)
    {
        var outputs = Values(source.Layers, layer => layer.SqnrDb, (_, decibels) => $"output SQNR {Numbers.Decibels(decibels)}").ToArray();
        var weights = Values(source.Layers, layer => layer.WeightSqnrDb, (_, decibels) => $"weight SQNR {Numbers.Decibels(decibels)}").ToArray();
        if (outputs.Length == 0)
            yield break;
        double largest = outputs.Concat(weights).Max(value => value.Value), least = outputs.Concat(weights).Min(value => value.Value);
        var decibels = new LinearScale(Math.Min(0, least), Math.Max(10, largest * 1.05));
        yield return new Figure(
            "SQNR along the depth, dB",
            [new Key("output", "output"), new Key("weight-error", "weights")],
            new DepthChart(source.Layers.Count, decibels, decibels.Ticks(5), Numbers.Plain)
                .Dots("weight-error", weights)
                .Line("output", outputs)
                .ToHtml("SQNR of outputs and weights, layer by layer"));
    }

    private static IEnumerable<Figure> Share(IReadOnlyList<LayerReport> layers, string title, Func<LayerReport, double> quantity)
    {
        double total = layers.Sum(quantity);
        if (total <= 0)
            yield break;
        var shares = Values(
            layers, layer => quantity(layer) > 0 ? quantity(layer) / total : null, (_, share) => Numbers.Percent(share)).ToArray();
        var scale = new LinearScale(0, shares.Max(share => share.Value) * 1.05);
        yield return new Figure(
            title,
            [],
            new DepthChart(layers.Count, scale, scale.Ticks(3), share => Numbers.Percent(share, "0.##"))
                .Bars("share", Side.Both, shares)
                .ToHtml($"{title}, layer by layer", "low"));
    }

    private static IEnumerable<(int Number, double Value, string Title)> Values(
        IReadOnlyList<LayerReport> layers, Func<LayerReport, double?> value, Func<LayerReport, double, string> describe) =>
        layers.Select((layer, index) => (Layer: layer, Number: index + 1, Value: value(layer)))
            .Where(entry => entry.Value is not null)
            .Select(entry => (entry.Number, entry.Value!.Value, $"{entry.Number} {entry.Layer.Name}: {describe(entry.Layer, entry.Value.Value)}"));
}

/// <summary>A chart with its title.</summary>
internal sealed record Figure(string Title, IReadOnlyList<Key> Keys, string Chart);

/// <summary>What a colour stands for.</summary>
internal sealed record Key(string Style, string Text);

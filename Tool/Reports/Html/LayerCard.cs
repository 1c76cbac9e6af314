using System.Globalization;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Profiles;
using BitKernelGen.Tool.Reports.Html.Charts;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>All that is known of a layer, or of the input.</summary>
internal sealed record LayerCard
{
    /// <summary>The layer's place, from 1 on; 0 for the input.</summary>
    public required int Number { get; init; }

    public required string Name { get; init; }

    public required string Op { get; init; }

    public required string Shape { get; init; }

    public required IReadOnlyList<Fact> Facts { get; init; }

    /// <summary>The rate-distortion curve; empty where it is not known.</summary>
    public required string Curve { get; init; }

    public required IReadOnlyList<Key> CurveKeys { get; init; }

    /// <summary>The histogram; empty where it is not known.</summary>
    public required string Histogram { get; init; }

    public required string HistogramCaption { get; init; }

    /// <summary>What does not fit together; mostly empty.</summary>
    public required string Note { get; init; }

    /// <summary>The top of every curve's axis.</summary>
    public static double MaxDecibels(CalibrationRecord? record) =>
        10 * Math.Ceiling((record?.Tensors.SelectMany(tensor => tensor.Curve).Max(code => code.SqnrDb) ?? 60) / 10);

    /// <summary>Of tensor 0, the input, or of the layer whose output a tensor is.</summary>
    public static LayerCard Of(PageSource source, int tensorId, double maxDb)
    {
        Tensor tensor = source.Network.Tensors[tensorId];
        LayerReport? layer = tensorId == 0 ? null : source.Layers[tensorId - 1];
        LayerSpec? spec = tensorId == 0 ? null : source.Network.Layers[tensorId - 1].Spec;
        CodeSpec? codeSpec = spec is null ? source.Network.Profile.Input.Code : spec.Code;
        TensorRecord? seen = source.Record?.Tensor(tensor.Name);
        CodeRecord? code = ProfileReport.Measured(seen?.Code, codeSpec), skip = ProfileReport.Measured(seen?.Skip, spec?.Skip);
        bool isEdited = seen is not null && (code is null != codeSpec is null || skip is null != spec?.Skip is null);
        return new LayerCard
        {
            Number = tensorId,
            Name = tensor.Name,
            Op = layer?.Op ?? "",
            Shape = Numbers.Shape([tensor.Height, tensor.Width, tensor.Channels]),
            Facts =
            [
                .. layer is null ? [] : OfLayer(layer, source.Layers),
                .. codeSpec is null && tensor.Code is not null ? [new Fact("Code", $"its input's, {Numbers.Bits(tensor.Code.Bits)}")] : OfCode("Code", tensor.Code, codeSpec, code),
                .. OfCode("Skip code", tensor.Skip, spec?.Skip, skip),
                .. seen is null ? [] : OfStatistics(seen),
            ],
            Curve = seen is null ? "" : RateDistortionChart.Draw(seen, code, skip, maxDb),
            CurveKeys = [.. KeyOf("chosen", code, ""), .. KeyOf("sums", skip, "skip ")],
            Histogram = seen is null ? "" : HistogramChart.Draw(seen, codeSpec is null ? tensor.Skip : tensor.Code),
            HistogramCaption = (tensor.Code ?? tensor.Skip) is { } drawn ? $"{drawn.Levels().Count} levels" : "",
            Note = isEdited ? "The profile's code is not the one that was calibrated: its distortion is not known." : "",
        };
    }

    private static IEnumerable<Fact> OfLayer(LayerReport layer, IReadOnlyList<LayerReport> all)
    {
        if (layer.Macs > 0)
            yield return new Fact("MACs", $"{Numbers.Count(layer.Macs)} ({Numbers.Percent((double)layer.Macs / all.Sum(other => other.Macs))})");
        if (layer.WeightBits is { } bits)
        {
            long total = all.Sum(other => other.WeightBytes ?? 0);
            string error = layer.WeightSqnrDb is null ? "" : $", SQNR {Numbers.Decibels(layer.WeightSqnrDb)}";
            yield return new Fact(
                "Weights", $"{Numbers.Bits(bits)}, {Numbers.Bytes(layer.WeightBytes!.Value)} ({Numbers.Percent((double)layer.WeightBytes.Value / total)}){error}");
        }

        if (layer.SqnrDb is not null)
            yield return new Fact("Output SQNR", Numbers.Decibels(layer.SqnrDb));
        if (layer.Strategy is { Length: > 0 } strategy)
            yield return new Fact("Strategy", strategy);
    }

    private static IEnumerable<Fact> OfCode(string name, Code? code, CodeSpec? spec, CodeRecord? measured)
    {
        if (code is null || spec is null)
            yield break;
        IEnumerable<double> coefficients = spec.Coefficients.Count > 0 ? spec.Coefficients : code.Coefficients.Select(n => (double)n);
        string zero = spec.Zero == 0 ? "" : $", zero at {spec.Zero.ToString(CultureInfo.InvariantCulture)}";
        yield return new Fact(name, $"{Numbers.Bits(spec.Bits)}: {CoefficientText.Short([.. coefficients])}, step {Numbers.Significant(spec.Step)}{zero}");
        if (code.ApproximationError > 0)
            yield return new Fact("Run as", $"{string.Join(' ', code.Coefficients)}, off by {Numbers.Percent(code.ApproximationError, "0.###")}");
        if (measured is not null)
        {
            yield return new Fact("Distortion", Numbers.Significant(measured.Distortion));
            yield return new Fact("", $"PSNR {Numbers.Decibels(measured.PsnrDb)}, SQNR {Numbers.Decibels(measured.SqnrDb)}");
        }
    }

    private static IEnumerable<Fact> OfStatistics(TensorRecord seen)
    {
        yield return new Fact("Values", $"{Numbers.Count(seen.Elements)}, from {Numbers.Significant(seen.Min)} to {Numbers.Significant(seen.Max)}");
        if (seen.Sensitivity is { } sensitivity)
            yield return new Fact("Sensitivity", Numbers.Significant(sensitivity));
    }

    private static IEnumerable<Key> KeyOf(string style, CodeRecord? code, string use)
    {
        if (code is not null)
            yield return new Key(style, $"{use}{Numbers.Bits(code.Bits)}, {Numbers.Decibels(code.SqnrDb)}");
    }
}

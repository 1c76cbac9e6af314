using System.Text.Json;

namespace BitKernelGen.Calibration.Records;

/// <summary>What the types of a record do not say.</summary>
internal static class CalibrationRecordRules
{
    private const int MaxBits = 8;

    /// <exception cref="JsonException">A rule is broken; the message says which and where.</exception>
    public static void Check(CalibrationRecord record)
    {
        Require(record.Samples > 0, "samples", "must be above 0");
        Require(record.Seconds is null or >= 0 && IsFinite(record.Seconds), "seconds", "must be at least 0");
        Require(record.RateAsked is null or (> 0 and <= MaxBits), "rate_asked", "must be from 0 to 8");
        if (record.Check is { } check)
            CheckCheck(check);
        RequireAll(record.Tensors, "tensors");
        RequireAll(record.Layers, "layers");
        RequireDistinct(record.Tensors.Select(tensor => tensor.Name), "tensors");
        RequireDistinct(record.Layers.Select(layer => layer.Name), "layers");
        foreach (LayerRecord layer in record.Layers)
        {
            Require(layer.WeightBits is null or (>= 1 and <= MaxBits), $"layer '{layer.Name}' weight_bits", "must be from 1 to 8");
            Require(IsFinite(layer.WeightSqnrDb), $"layer '{layer.Name}' weight_sqnr_db", "must be finite");
            Require(IsFinite(layer.SqnrDb), $"layer '{layer.Name}' sqnr_db", "must be finite");
        }

        foreach (TensorRecord tensor in record.Tensors)
            CheckTensor(tensor, $"tensor '{tensor.Name}'");
    }

    private static void CheckCheck(CheckRecord check)
    {
        Require(check.Samples > 0, "check samples", "must be above 0");
        foreach (double? share in (ReadOnlySpan<double?>)[check.Top1, check.FloatTop1, check.Top5, check.Agreement])
            Require(share is null or (>= 0 and <= 1), "check", "shares must be from 0 to 1");
        Require(IsFinite(check.SqnrDb), "check sqnr_db", "must be finite");
    }

    private static void CheckTensor(TensorRecord tensor, string where)
    {
        Require(tensor.Elements > 0, $"{where} elements", "must be above 0");
        Require(IsFinite(tensor.Min) && IsFinite(tensor.Max) && tensor.Min <= tensor.Max, $"{where} min, max", "must be finite and in order");
        Require(tensor.Sensitivity is null or >= 0 && IsFinite(tensor.Sensitivity), $"{where} sensitivity", "must be finite and at least 0");
        HistogramRecord histogram = tensor.Histogram;
        Require(histogram.Counts.Count is > 0 and <= HistogramRecord.MaxBins, $"{where} histogram", "must have 1 to 256 counts");
        Require(histogram.Counts.All(count => count >= 0), $"{where} histogram", "counts must be at least 0");
        Require(
            IsFinite(histogram.Low) && histogram.Width > 0 && IsFinite(histogram.Low + (histogram.Width * histogram.Counts.Count)),
            $"{where} histogram",
            "low and width must be finite, width above 0");
        RequireAll(tensor.Curve, $"{where} curve");
        foreach (CodeRecord code in tensor.Curve)
            CheckCode(code, $"{where} curve");
        Require(
            tensor.Curve.Zip(tensor.Curve.Skip(1)).All(pair => pair.First.Bits < pair.Second.Bits), $"{where} curve", "bits must ascend");
        if (tensor.Code is { } products)
            CheckCode(products, $"{where} code");
        if (tensor.Skip is { } sums)
            CheckCode(sums, $"{where} skip");
    }

    private static void CheckCode(CodeRecord code, string where)
    {
        Require(code.Bits is >= 1 and <= MaxBits, where, "bits must be from 1 to 8");
        Require(code.Step > 0 && IsFinite(code.Step), where, "step must be finite and above 0");
        Require(code.Zero >= 0, where, "zero must be at least 0");
        Require(code.Coefficients.Count == code.Bits, where, "must have as many coefficients as bits");
        Require(code.Coefficients.All(coefficient => coefficient > 0 && IsFinite(coefficient)), where, "coefficients must be finite and above 0");
        Require(code.Distortion >= 0 && IsFinite(code.Distortion), where, "distortion must be finite and at least 0");
        Require(IsFinite(code.PsnrDb) && IsFinite(code.SqnrDb), where, "decibels must be finite");
    }

    /// <summary>JSON has nulls where the type of a list says that there are none.</summary>
    private static void RequireAll(IReadOnlyList<object?> items, string where) =>
        Require(items.All(item => item is not null), where, "must not have null among them");

    private static void RequireDistinct(IEnumerable<string> names, string where)
    {
        var seen = new HashSet<string>();
        foreach (string name in names)
            Require(seen.Add(name), where, $"must not have '{name}' twice");
    }

    private static bool IsFinite(double? value) => value is null || double.IsFinite(value.Value);

    private static void Require(bool holds, string where, string rule)
    {
        if (!holds)
            throw new JsonException($"{where} {rule}.");
    }
}

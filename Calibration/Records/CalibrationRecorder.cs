using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Records;

/// <summary>Makes the record of a quantization.</summary>
public static class CalibrationRecorder
{
    /// <summary>What the quantized network tells; the caller adds what it alone knows: what was asked for, how long it took, the check.</summary>
    /// <param name="quantized">The network.</param>
    /// <param name="options">How it was made.</param>
    public static CalibrationRecord Record(QuantizedNetwork quantized, QuantizeOptions options) => new()
    {
        Format = CalibrationRecord.CurrentFormat,
        WeightsSha256 = quantized.Profile.Weights.Sha256,
        Method = options.Method.ToString().ToLowerInvariant(),
        Rounding = options.Rounding.ToString().ToLowerInvariant(),
        Samples = options.Samples,
        Tensors = [.. quantized.Tensors.Select(Of)],
        Layers = [.. quantized.Report.Select(Of)],
    };

    private static LayerRecord Of(LayerReport report) => new()
    {
        Name = report.Name,
        WeightBits = report.WeightBits,
        WeightSqnrDb = Finite(report.WeightSqnrDb),
        SqnrDb = Finite(report.SqnrDb),
    };

    private static TensorRecord Of(TensorReport tensor) => new()
    {
        Name = tensor.Name,
        Elements = tensor.Elements,
        Min = tensor.Histogram.Low,
        Max = tensor.Histogram.High,
        Histogram = Of(tensor.Histogram),
        Curve = [.. tensor.Curve.Points.Select(Of)],
        Code = tensor.Codes.Code is { } code ? Of(code) : null,
        Skip = tensor.Codes.Skip is { } skip ? Of(skip) : null,
    };

    /// <summary>A tensor that is zero everywhere has no range; its bins get a width none the less.</summary>
    private static HistogramRecord Of(HistogramSummary summary) => new()
    {
        Low = summary.Low,
        Width = summary.High > summary.Low ? (summary.High - summary.Low) / summary.Counts.Count : 1,
        Counts = summary.Counts,
    };

    private static CodeRecord Of(Bottleneck code) => new()
    {
        Bits = code.Spec.Bits,
        Step = code.Spec.Step,
        Zero = code.Spec.Zero,
        Coefficients = code.Spec.Coefficients.Count > 0
            ? [.. code.Spec.Coefficients]
            : [.. Enumerable.Range(1, code.Spec.Bits).Select(i => (double)(1 << (code.Spec.Bits - i)))],
        Distortion = code.Distortion,
        PsnrDb = Finite(code.PsnrDb),
        SqnrDb = Finite(code.SqnrDb),
    };

    /// <summary>JSON has no word for an infinite ratio: null stands for "nothing differs".</summary>
    private static double? Finite(double? decibels) => decibels is { } value && double.IsFinite(value) ? value : null;
}

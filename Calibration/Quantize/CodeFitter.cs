using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>Gives every tensor the codes that are planned for it.</summary>
internal static class CodeFitter
{
    /// <summary>
    /// Rounding errors of the many inputs of a product are independent and cancel in part; what is cut off is always missing, and in
    /// many channels at once. Beside fine codes that shows.
    /// </summary>
    private const double FineClipWeight = 5;

    /// <summary>Fits.</summary>
    /// <returns>The codes of "input" and of every layer.</returns>
    public static Dictionary<string, LayerCodes> Fit(
        FloatNetwork network, CodePlan plan, IReadOnlyList<TensorFit> fits, QuantizeOptions options)
    {
        Dictionary<string, TensorFit> byName = fits.ToDictionary(fit => fit.Name);
        Dictionary<string, Bottleneck> published = options.Coefficients?.Place(network, plan, byName) ?? [];
        var codes = new Dictionary<string, LayerCodes>
        {
            [StatisticsCollector.Input] = options.Normalization is { } normalization
                ? LayerCodes.Given(InputCode.OfBytes(normalization, CodePlanner.InputBits))
                : new LayerCodes(ForSums(byName[StatisticsCollector.Input], CodePlanner.InputBits, options), null),
        };
        for (int i = 0; i < network.Layers.Count; i++)
        {
            string name = network.Layers[i].Spec.Name;
            LayerPlan layer = plan.Layers[i];
            codes[name] = layer.Inherits
                ? codes[network.Layers[i].Spec.Inputs[0]]
                : new LayerCodes(
                    (published.GetValueOrDefault(name) ?? (layer.CodeBits is { } bits ? ForProducts(byName[name], bits, options) : null)) is { } code
                        ? WithPlanes(code, byName[name], options) : null,
                    layer.SkipBits is { } skipBits ? ForSums(byName[name], skipBits, options) : null);
        }

        return codes;
    }

    /// <summary>The code that a tensor gets for products.</summary>
    public static Bottleneck ForProducts(TensorFit fit, int bits, QuantizeOptions options) => options.Method switch
    {
        CodeMethod.Range => EvenCodes.OfRange(fit.Values, bits),
        CodeMethod.Paper when options.PsnrLoss is { } loss => PaperLasso.WithLoss(fit.Values, fit.Statistics.MeanPeak, loss).Bottleneck,
        CodeMethod.Paper => PaperLasso.WithBits(fit.Values, fit.Statistics.MeanPeak, bits).Bottleneck,
        _ => CodePlanner.HasFineCodes(options) ? EvenCodes.Best(fit.Values, bits, clipWeight: ClipWeight(options)) : fit.Curve[bits],
    };

    /// <summary>The code with its bit-planes kept apart, where options want it and integers would only come near its coefficients.</summary>
    private static Bottleneck WithPlanes(Bottleneck code, TensorFit fit, QuantizeOptions options) =>
        options.Planes && code.Spec.Coefficients.Any(coefficient => coefficient != Math.Floor(coefficient))
            ? Bottleneck.Of(code.Spec with { Planes = true }, fit.Values) : code;

    /// <summary>Levels that sums read, and the input's, are always even.</summary>
    private static Bottleneck ForSums(TensorFit fit, int bits, QuantizeOptions options) =>
        options.Method == CodeMethod.Range ? EvenCodes.OfRange(fit.Values, bits) : EvenCodes.Best(fit.Values, bits, clipWeight: ClipWeight(options));

    private static double ClipWeight(QuantizeOptions options) =>
        options.Method == CodeMethod.Exact && CodePlanner.HasFineCodes(options) ? FineClipWeight : 1;
}

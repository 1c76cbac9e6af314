using System.Globalization;
using System.Security.Cryptography;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Calibration.Statistics;

/// <summary>
/// The statistics of a network's tensors over samples. They add: parts taken on different machines give, in any order, the same
/// to the last bit as one pass over all samples, as far as ONNX Runtime computed the same activations.
/// </summary>
/// <param name="ModelSha256">Whose they are: the SHA-256 of the ONNX file, lower-case hexadecimal.</param>
/// <param name="Input">How samples became the network's input, in words.</param>
/// <param name="Tensors">In the order of the layers, by name; "input" is the network's input, where it is not given as bytes.</param>
public sealed record ModelStatistics(string ModelSha256, string Input, IReadOnlyDictionary<string, TensorStatistics> Tensors)
{
    /// <summary>Samples seen.</summary>
    public long Samples { get; private set; }

    /// <summary>Statistics of nothing yet.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="options">How samples become its input.</param>
    /// <param name="tensors">Layers, or "input".</param>
    public static ModelStatistics Empty(FloatNetwork network, QuantizeOptions options, IEnumerable<string> tensors) =>
        new(Sha256Of(network), InputText(options), tensors.ToDictionary(name => name, _ => new TensorStatistics()));

    /// <summary>Adds all that others have seen.</summary>
    /// <exception cref="StatisticsException">They are of another model, another input or other tensors; nothing was added.</exception>
    public void Add(ModelStatistics other)
    {
        Require("model's SHA-256", ModelSha256, other.ModelSha256);
        Require("input", Input, other.Input);
        Require("tensors", Names(Tensors.Keys), Names(other.Tensors.Keys));
        foreach ((string name, TensorStatistics statistics) in other.Tensors)
            Tensors[name].Add(statistics);
        Samples += other.Samples;
    }

    /// <summary>Refuses statistics that are not of a network, its input and the tensors wanted.</summary>
    /// <exception cref="StatisticsException">What differs.</exception>
    public void RequireFit(FloatNetwork network, QuantizeOptions options, IEnumerable<string> tensors)
    {
        Require("model's SHA-256", Sha256Of(network), ModelSha256);
        Require("input", InputText(options), Input);
        string[] missing = [.. tensors.Where(name => !Tensors.ContainsKey(name))];
        if (missing.Length > 0)
            throw new StatisticsException($"The statistics lack {Names(missing)}.");
        if (Samples == 0)
            throw new StatisticsException("The statistics are of no samples.");
    }

    internal void CountSamples(long samples) => Samples += samples;

    private static string Sha256Of(FloatNetwork network) => Convert.ToHexStringLower(SHA256.HashData(network.Model));

    private static string InputText(QuantizeOptions options)
    {
        string colours = options.Order.ToString().ToLowerInvariant();
        return options.Normalization is { } normalization
            ? $"bytes, {colours}, scale {Text(normalization.Scale)}, mean {List(normalization.Mean)}, std {List(normalization.Std)}"
            : $"float32, {colours}";

        static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
        static string List(IEnumerable<double> numbers) => string.Join(' ', numbers.Select(Text));
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));

    private static void Require(string what, string expected, string actual)
    {
        if (expected != actual)
            throw new StatisticsException($"The statistics do not fit: the {what} is '{actual}', not '{expected}'.");
    }
}

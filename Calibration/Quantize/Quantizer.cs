using System.Globalization;
using System.Security.Cryptography;
using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Calibration.Weights;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>From a float network and samples to a profile and weights: plan the codes, fit them, round the weights, prove bounds.</summary>
public static class Quantizer
{
    /// <summary>Quantizes a network by samples spread evenly over a data set.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="data">Calibration data.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="progress">Told after every batch and layer.</param>
    /// <exception cref="BudgetException">A budget is below what is possible.</exception>
    public static QuantizedNetwork Quantize(
        FloatNetwork network, DataSource data, QuantizeOptions options, IProgress<QuantizeProgress>? progress = null)
    {
        options = StatisticsCollector.Complete(options, network, data);
        return Quantize(network, CalibrationSamples.Of(network, data, options), options, progress);
    }

    /// <summary>Quantizes a network.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="samples">Calibration inputs as the float network reads them, height-width-channel order.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="progress">Told after every batch and layer.</param>
    /// <exception cref="BudgetException">A budget is below what is possible.</exception>
    public static QuantizedNetwork Quantize(
        FloatNetwork network, IReadOnlyList<float[]> samples, QuantizeOptions options, IProgress<QuantizeProgress>? progress = null)
    {
        if (samples.Count == 0)
            throw new ArgumentException("There are no calibration samples.", nameof(samples));
        if (samples.Count > options.Samples)
            samples = [.. samples.Take(options.Samples)];
        BitAllocator.Check(network, options);
        CodePlan plan = CodePlanner.Plan(network, options);
        // Losses are measured on the model's own tensors, statistics that are given are of them too.
        bool isMeasured = options.Rate is not null || options.Time is not null;
        FloatNetwork equalised = ChannelSteps.Apply(options) ? ChannelSteps.Equalise(network, samples, plan, options.Recipe.ChannelSteps) : network;
        ModelStatistics Collect(FloatNetwork of) => StatisticsCollector.Collect(of, samples, plan, options, progress);
        IReadOnlyList<TensorFit> fits = TensorFit.Of(network, options.Statistics ?? Collect(isMeasured ? network : equalised), plan, options);
        options = BitAllocator.Allocate(network, samples, fits, options, progress);
        plan = CodePlanner.Plan(network, options);
        if (isMeasured && equalised != network)
            fits = TensorFit.Of(equalised, Collect(equalised), plan, options);
        network = equalised;
        Dictionary<string, LayerCodes> codes = CodeFitter.Fit(network, plan, fits, options);
        ChannelInput? channels = ChannelInput.Of(network, plan, options);
        if (channels is not null)
        {
            codes[StatisticsCollector.Input] = LayerCodes.Given(channels.Code);
            network = channels.Rescale(network);
        }

        Checkpoints? checkpoints = options.WorkFolder is null ? null
            : Checkpoints.Of(options.WorkFolder, network, samples, plan, codes, options);
        using var walk = new QuantizationWalk(network, samples, codes, options, checkpoints, channels);
        var file = new SafeTensorsWriter();
        var layers = new List<LayerSpec>();
        var reports = new List<LayerReport>();
        for (int i = 0; i < network.Layers.Count; i++)
        {
            LayerSpec spec = network.Layers[i].Spec;
            LayerPlan layerPlan = plan.Layers[i];
            (LayerWeights? weights, double sqnr) = walk.Step(i, layerPlan.WeightBits);
            LayerCodes own = codes[spec.Name];
            spec = spec with
            {
                Code = layerPlan.Inherits ? null : own.Code?.Spec,
                Skip = layerPlan.Inherits ? null : own.Skip?.Spec,
            };
            if (weights is not null)
            {
                file.Add(spec.Name, weights);
                if (spec.Activation == Activation.PRelu)
                    file.AddSlopes(spec.Name, network.Layers[i].Slopes);
                CodeSpec input = codes[spec.Inputs[0]].Code!.Spec;
                spec = spec with { Weight = new WeightSpec(weights.Bits), Bounds = BoundsProof.Prove(network, network.Layers[i], weights, input) };
            }

            layers.Add(spec);
            reports.Add(new LayerReport(spec.Name, spec.Op, weights?.Bits, own.Code, own.Skip, sqnr)
            {
                WeightSqnrDb = weights?.SqnrDb(network.Layers[i].Weights),
            });
            progress?.Report(new QuantizeProgress("weights", spec.Name, i + 1, network.Layers.Count));
        }

        byte[] bytes = file.ToArray();
        var rate = CodeRate.Of(network.Layers.Zip(layers, (layer, spec) => (layer, spec.Code?.Bits, spec.Skip?.Bits)));
        return new QuantizedNetwork(Profile(network, options, codes["input"], channels, layers, bytes, samples.Count, reports, rate), bytes, reports, rate)
        {
            Tensors = [.. fits.Select(fit => fit.ToReport(codes[fit.Name]))],
            Checkpoints = checkpoints,
        };
    }

    private static BitProfile Profile(
        FloatNetwork network, QuantizeOptions options, LayerCodes input, ChannelInput? channels, List<LayerSpec> layers, byte[] weights, int samples,
        List<LayerReport> reports, CodeRate rate)
    {
        InputNormalization? normalization = options.Normalization;
        return new BitProfile
        {
            Name = options.Name,
            Prefer = options.Prefer,
            Weights = new WeightsReference($"{options.Name}.safetensors", Convert.ToHexStringLower(SHA256.HashData(weights))),
            Input = new InputSpec
            {
                Shape = InputShape(network),
                Mean = normalization is null ? default : new EquatableArray<double>(normalization.Mean),
                Std = normalization is null ? default : new EquatableArray<double>(normalization.Std),
                Scale = normalization?.Scale ?? 1.0 / 255,
                Code = input.Code!.Spec,
                Gain = channels?.Gain ?? default,
                Zeros = channels?.Zeros ?? default,
            },
            Layers = new EquatableArray<LayerSpec>(layers),
            Output = new OutputSpec(network.Output, new EquatableArray<string>(options.Labels)),
            Provenance = Provenance(network, options, samples, reports, rate),
        };
    }

    private static EquatableArray<int> InputShape(FloatNetwork network)
    {
        if (network.Height > 1)
            return new EquatableArray<int>(network.Height, network.Width, network.Channels);
        return network.Width > 1 ? new EquatableArray<int>(network.Width, network.Channels) : new EquatableArray<int>(network.Channels);
    }

    private static EquatableArray<ProvenanceEntry> Provenance(
        FloatNetwork network, QuantizeOptions options, int samples, List<LayerReport> reports, CodeRate rate)
    {
        string version = typeof(Quantizer).Assembly.GetName().Version?.ToString(3) ?? "0";
        string psnr = string.Join(
            ", ",
            reports.Where(report => report.Code is { PsnrDb: < double.PositiveInfinity })
                .Select(report => $"\"{report.Name}\" = {report.Code!.PsnrDb.ToString("0.00", CultureInfo.InvariantCulture)}"));
        return new EquatableArray<ProvenanceEntry>(
            new ProvenanceEntry("tool", $"\"bitkernel {version}\""),
            new ProvenanceEntry("model-sha256", $"\"{Convert.ToHexStringLower(SHA256.HashData(network.Model))}\""),
            new ProvenanceEntry("samples", samples.ToString(CultureInfo.InvariantCulture)),
            new ProvenanceEntry("seed", options.Seed.ToString(CultureInfo.InvariantCulture)),
            new ProvenanceEntry("rate", RateText(options, rate)),
            new ProvenanceEntry("method", $"\"{options.Method.ToString().ToLowerInvariant()}\""),
            new ProvenanceEntry("rounding", $"\"{options.Rounding.ToString().ToLowerInvariant()}\""),
            new ProvenanceEntry("psnr-db", $"{{ {psnr} }}"));
    }

    private static string RateText(QuantizeOptions options, CodeRate rate)
    {
        string asked = options.Rate is { } bits ? FormattableString.Invariant($"asked = {bits:0.0###}, ") : "";
        string skips = rate.Skips is { } skip ? FormattableString.Invariant($", skips = {skip:0.0###}") : "";
        return FormattableString.Invariant($"{{ {asked}achieved = {rate.Codes:0.0###}{skips} }}");
    }
}

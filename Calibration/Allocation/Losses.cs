using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>What bits cost, by the measure that is asked for.</summary>
internal sealed class Losses(FloatNetwork network, IReadOnlyList<float[]> samples, QuantizeOptions options, IProgress<QuantizeProgress>? progress)
{
    /// <summary>For each tensor that is multiplied the loss at 1 to 8 bits of its code.</summary>
    public Dictionary<string, double[]> OfCodes(IReadOnlyList<TensorFit> fits)
    {
        CodePlan plan = CodePlanner.Plan(network, options);
        string[] tensors = [.. network.Layers.Zip(plan.Layers).Where(pair => pair.Second.CodeBits is not null).Select(pair => pair.First.Spec.Name)];
        Dictionary<string, Bottleneck[]> curves = fits.Where(fit => tensors.Contains(fit.Name)).ToDictionary(
            fit => fit.Name, fit => Enumerable.Range(1, LossCurve.MaxBits).Select(bits => CodeFitter.ForProducts(fit, bits, options)).ToArray());
        if (options.Sensitivity == SensitivityMeasure.Psnr)
            return curves.ToDictionary(pair => pair.Key, pair => pair.Value.Select(code => Math.Pow(10, -code.PsnrDb / 10)).ToArray());
        return new CodeSensitivity(network, tensors, productsOnly: options.SkipBits > 0)
            .Measure(samples, SensitivityEffort.For(network, tensors.Length), curves, progress);
    }

    /// <summary>For each layer with weights the loss at 1 to 8 bits of them.</summary>
    public Dictionary<string, double[]> OfWeights()
    {
        FloatLayer[] layers = [.. network.Layers.Where(CodePlanner.HasWeights)];
        var distortions = new Dictionary<string, double[]>();
        foreach ((string name, double[] distortion) in layers.AsParallel().AsOrdered().Select(layer => (layer.Spec.Name, Distortion(layer))))
            distortions[name] = distortion;
        if (options.Sensitivity == SensitivityMeasure.Psnr)
            return distortions;
        return new WeightSensitivity(network).Measure(samples, SensitivityEffort.For(network, layers.Length), distortions, progress);
    }

    /// <summary>The squared error of plain rounding over the square of the largest weight, output by output.</summary>
    private double[] Distortion(FloatLayer layer)
    {
        double scale = options.Sensitivity == SensitivityMeasure.Psnr
            ? layer.Weights.Length * Math.Pow(layer.Weights.Max(Math.Abs), 2)
            : layer.Weights.Sum(weight => (double)weight * weight);
        return [.. Enumerable.Range(1, LossCurve.MaxBits).Select(bits =>
        {
            float[] rounded = WeightQuantizer.Quantize(layer.Weights, layer.Bias, bits).Dequantize();
            return scale > 0 ? rounded.Zip(layer.Weights).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / scale : 0;
        })];
    }
}

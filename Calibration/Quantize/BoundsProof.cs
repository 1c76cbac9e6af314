using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Calibration.Weights;
using BitKernelGen.Packing;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>The bounds that a layer's weights prove about its sums.</summary>
internal static class BoundsProof
{
    /// <summary>Proves them; null for depthwise layers, and where a sum can pass 32 bits.</summary>
    public static BoundsSpec? Prove(FloatNetwork network, FloatLayer layer, LayerWeights weights, CodeSpec input)
    {
        if (layer.Spec.Op == LayerOp.Depthwise)
            return null;
        Geometry geometry = Geometry.Of(network, layer);
        int channels = geometry.Input.Channels;
        // Only the network's own input has pixels that are not rounded up.
        int pixelBytes = layer.Spec.Inputs[0] == "input" ? channels : (channels + 3) / 4 * 4;
        int maxLevel = Code.Of(input).MaxLevel;
        var bounds = AccumulationBounds.Prove(
            weights.Values, weights.Outputs, geometry.KernelHeight, geometry.KernelWidth, channels, pixelBytes, maxLevel);
        if (bounds.Sum > int.MaxValue)
            return null;

        var window = new Window(geometry.KernelHeight, geometry.KernelWidth, geometry.StrideHeight, geometry.StrideWidth, 0, 0, 0, 0);
        LayerSpec spec = layer.Spec with { Weight = new WeightSpec(weights.Bits) };
        return WinogradRule.Applies(spec, window, maxLevel, layer.Spec.Inputs[0] == "input", channels)
            ? new BoundsSpec(bounds.Pair, bounds.Steps, (int)bounds.Sum, Chunks(WinogradTransform.F2), Chunks(WinogradTransform.F4))
            : new BoundsSpec(bounds.Pair, bounds.Steps, (int)bounds.Sum);

        int Chunks(WinogradTransform transform) =>
            WinogradWeights.Of(transform, weights.Values, weights.Outputs, channels).Chunks(maxLevel).Sum(sizes => sizes.Length);
    }
}

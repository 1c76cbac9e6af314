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
        int maxLevel = Code.Of(input).Product.MaxLevel;
        LayerSpec spec = layer.Spec;
        if (spec.Groups > 1 || geometry.DilationHeight > 1 || geometry.DilationWidth > 1)
        {
            // Each position of the window is reduced by itself.
            int own = channels / Math.Max(1, spec.Groups);
            return Spec(AccumulationBounds.Prove(
                weights.Values, weights.Outputs, geometry.KernelHeight * geometry.KernelWidth, 1, own, (own + 3) / 4 * 4, maxLevel));
        }

        // Only the network's own input has pixels that are not rounded up.
        int pixelBytes = layer.Spec.Inputs[0] == "input" ? channels : (channels + 3) / 4 * 4;
        var bounds = AccumulationBounds.Prove(
            weights.Values, weights.Outputs, geometry.KernelHeight, geometry.KernelWidth, channels, pixelBytes, maxLevel);
        BoundsSpec? proved = Spec(bounds);
        var window = new Window(geometry.KernelHeight, geometry.KernelWidth, geometry.StrideHeight, geometry.StrideWidth, 0, 0, 0, 0);
        return proved is null ? null : proved with { Winograd2 = Chunks(WinogradTransform.F2), Winograd4 = Chunks(WinogradTransform.F4) };

        int Chunks(WinogradTransform transform) =>
            WinogradRule.Applies(transform.Tile, spec with { Weight = new WeightSpec(weights.Bits) }, window, maxLevel, spec.Inputs[0] == "input", channels)
                ? WinogradWeights.ChunksOf(WinogradWeights.PartsOf(transform, weights.Values, weights.Outputs, channels, weights.Bits), maxLevel)
                : 0;
    }

    private static BoundsSpec? Spec(AccumulationBounds bounds) =>
        bounds.Sum > int.MaxValue ? null : new BoundsSpec(bounds.Pair, bounds.Steps, (int)bounds.Sum);
}

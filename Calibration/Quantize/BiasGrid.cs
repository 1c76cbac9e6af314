using BitKernelGen.Calibration.Export;
using BitKernelGen.Calibration.Weights;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Rounds biases to multiples of the integer sums' unit, so that they are exact as int32 in exported models too. The unit is some
/// thousandth of what a sum varies by: accuracy does not notice.
/// </summary>
internal static class BiasGrid
{
    /// <summary>The weights with their biases rounded; as they are where the input's levels are not even.</summary>
    /// <param name="weights">A layer's weights.</param>
    /// <param name="input">The code of the layer's input.</param>
    public static LayerWeights Round(LayerWeights weights, CodeSpec input) =>
        EvenCode.Of(input) is { } code ? weights with { Bias = ProductWeights.NearestBias(weights, code) } : weights;
}

using BitKernelGen.Calibration.Onnx;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>The shape of a tensor.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">Channels.</param>
internal readonly record struct Shape(int Height, int Width, int Channels)
{
    /// <summary>Elements.</summary>
    public int Length => Height * Width * Channels;

    /// <summary>The shape of a layer's output, or of the network's input.</summary>
    public static Shape Of(FloatNetwork network, string tensor)
    {
        if (network.Layers.FirstOrDefault(layer => layer.Spec.Name == tensor) is { } layer)
            return new Shape(layer.Height, layer.Width, layer.Channels);
        return new Shape(network.Height, network.Width, network.Channels);
    }
}

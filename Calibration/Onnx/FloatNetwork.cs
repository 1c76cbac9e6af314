using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx;

/// <summary>
/// An imported network in the profile's operations: batch normalisation folded, activations joined to their layers, weights in
/// height-width-channel order. What the quantizer works on.
/// </summary>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Channels">Channels of the input.</param>
/// <param name="InputName">The ONNX graph's input, float32 [batch, channels, height, width].</param>
/// <param name="OutputName">The ONNX graph's output.</param>
/// <param name="Layers">In an order in which each reads only the input and layers before it.</param>
/// <param name="Output">The layer whose output is the network's.</param>
/// <param name="Model">The ONNX file, for running the float network.</param>
public sealed record FloatNetwork(
    int Height, int Width, int Channels, string InputName, string OutputName, IReadOnlyList<FloatLayer> Layers, string Output, byte[] Model);

/// <summary>A layer before quantization.</summary>
public sealed record FloatLayer
{
    /// <summary>Operation, inputs, window, channels and activation; weight, codes and bounds are not set yet.</summary>
    public required LayerSpec Spec { get; init; }

    /// <summary>[outputs, rows, columns, input channels of a group]; depthwise [channels, rows, columns]. Empty without weights.</summary>
    public float[] Weights { get; init; } = [];

    /// <summary>[outputs]; zeros where the model has none. Empty without weights.</summary>
    public float[] Bias { get; init; } = [];

    /// <summary>[outputs]: prelu's factors below 0. Empty for other activations.</summary>
    public float[] Slopes { get; init; } = [];

    /// <summary>
    /// The ONNX tensor that equals this layer's output, activation included, but for <see cref="ChannelScale"/>: for statistics.
    /// </summary>
    public required string OnnxOutput { get; init; }

    /// <summary>What the channels of the ONNX tensor are divided by to be this layer's output; empty where that is one.</summary>
    public float[] ChannelScale { get; init; } = [];

    /// <summary>Rows of the output.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the output.</summary>
    public required int Width { get; init; }

    /// <summary>Channels of the output.</summary>
    public required int Channels { get; init; }

    /// <summary>This layer's output from the ONNX tensor's values.</summary>
    /// <param name="values">Channel-height-width, one sample after the other.</param>
    public ReadOnlySpan<float> FromOnnx(ReadOnlySpan<float> values)
    {
        if (ChannelScale.Length == 0)
            return values;
        var scaled = new float[values.Length];
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = values[i] / ChannelScale[i / (Height * Width) % Channels];
        return scaled;
    }
}

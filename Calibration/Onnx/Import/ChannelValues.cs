using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>A constant that gives one number to each channel: biases, factors, batch normalisation's parameters.</summary>
internal static class ChannelValues
{
    /// <param name="net">The network.</param>
    /// <param name="node">The node that reads the constant.</param>
    /// <param name="tensor">The constant.</param>
    /// <param name="channels">How many numbers are needed; a single one is repeated.</param>
    /// <param name="trailing">Dimensions after the channels: 2 where it is broadcast to [N, C, H, W], 0 for a list.</param>
    public static double[] Read(NetworkBuilder net, NodeProto node, TensorProto tensor, int channels, int trailing)
    {
        float[] values = TensorData.Floats(node, tensor);
        int[] shape = TensorData.Shape(node, tensor);
        if (values.Length == 1)
        {
            net.Spend(node, channels);
            var repeated = new double[channels];
            Array.Fill(repeated, values[0]);
            return repeated;
        }

        int axis = shape.Length - 1 - trailing;
        if (values.Length != channels || axis < 0 || shape[axis] != channels)
        {
            throw OnnxImportException.At(
                node,
                $"the constant '{tensor.Name}' of shape [{string.Join(", ", shape.Take(8))}] does not fit {channels} channels",
                "Only constants per channel can be imported");
        }

        return Array.ConvertAll(values, v => (double)v);
    }
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>
/// The same network as ONNX Runtime runs it fastest, whatever the profile's bits: every tensor between layers has one code of 8
/// bits, with zero 0 after relu and no level to clip, so that every layer fuses to an int8 kernel. Its ranges follow the
/// profile's; its outputs mean little. A peer to time, nothing else.
/// </summary>
public static class EightBitPeer
{
    private const int LargestLevel = 255;

    /// <summary>What a tensor that has no code is given: any range will do.</summary>
    private static readonly Code Any = CodeOf(1f / 16, 128);

    /// <summary>The peer as an ONNX model, laid out as any other exported one.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights file.</param>
    /// <exception cref="WeightsException">The file is not what the network needs.</exception>
    public static byte[] Export(Network network, SafeTensors weights) =>
        OnnxExporter.Export(WithEightBits(network), weights, new ExportOptions { RoundBias = true }).Model;

    private static Network WithEightBits(Network network)
    {
        var tensors = new List<Tensor>();
        foreach (Tensor tensor in network.Tensors)
            tensors.Add(tensor with { Code = CodeOf(network, tensor, tensors), Skip = null, Gain = default, Zeros = default });
        return network with { Tensors = new EquatableArray<Tensor>(tensors) };
    }

    private static Code? CodeOf(Network network, Tensor tensor, IReadOnlyList<Tensor> before)
    {
        if (tensor.Id == 0)
            return Widened(tensor.SumCode ?? Any, Activation.None);
        Layer layer = network.Layers[tensor.Id - 1];
        bool isRead = network.Layers.Any(reader => reader.Inputs.Contains(tensor.Id));
        return layer.Spec.Op switch
        {
            // Integer sums to float32 is a kernel of its own.
            LayerOp.Dense when !isRead => null,
            LayerOp.MaxPool or LayerOp.Flatten or LayerOp.Subsample or LayerOp.PadChannels => before[layer.Inputs[0]].Code,
            _ => Widened(tensor.SumCode ?? Any, layer.Spec.Activation),
        };
    }

    private static Code Widened(Code code, Activation activation)
    {
        float step = code.Step * code.MaxLevel / LargestLevel;
        int zero = (int)Math.Round((double)code.Zero * LargestLevel / code.MaxLevel);
        return activation switch
        {
            Activation.Relu => CodeOf(step, 0),
            Activation.Relu6 => CodeOf(Math.Min(step, 6f / LargestLevel), 0),
            _ => CodeOf(step, zero),
        };
    }

    private static Code CodeOf(float step, int zero) => new()
    {
        Bits = 8,
        Step = step,
        Zero = zero,
        Coefficients = new EquatableArray<int>(128, 64, 32, 16, 8, 4, 2, 1),
    };
}

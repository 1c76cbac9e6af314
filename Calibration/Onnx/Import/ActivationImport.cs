using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Relu and Clip, joined to the layer that computes their input.</summary>
internal static class ActivationImport
{
    public static void Relu(NetworkBuilder net, NodeProto node) => Join(net, node, Activation.Relu);

    public static void Clip(NetworkBuilder net, NodeProto node)
    {
        float low = NetworkBuilder.HasInput(node, 1) ? TensorData.Scalar(node, net.Constant(node, 1)) : float.MinValue;
        float high = NetworkBuilder.HasInput(node, 2) ? TensorData.Scalar(node, net.Constant(node, 2)) : float.MaxValue;
        Activation activation = (low, high) switch
        {
            (0, 6) => Activation.Relu6,
            (0, >= float.MaxValue) => Activation.Relu,
            _ => throw OnnxImportException.At(
                node, FormattableString.Invariant($"it clips to {low} … {high}"),
                "Only 0 … 6 (relu6) and 0 … infinity (relu) can be imported"),
        };
        Join(net, node, activation);
    }

    private static void Join(NetworkBuilder net, NodeProto node, Activation activation)
    {
        TensorView input = net.Input(node, 0);
        if (input.Layer is { } done && done.TakesActivation && (done.Activation == activation || done.Activation == Activation.Relu6))
        {
            net.DefineView(node, 0, input);
            return;
        }

        if (input.Layer is not { TakesActivation: true, Activation: Activation.None } producer)
        {
            string before = input.Layer is { } layer
                ? $"the layer '{layer.Name}' ({layer.Op}, activation {layer.Activation})" : "the network's input";
            throw OnnxImportException.At(
                node, $"it follows {before}",
                "An activation must directly follow a convolution, dense layer, batch normalisation or addition");
        }

        if (!net.IsSoleReader(node, 0, input))
        {
            throw OnnxImportException.At(
                node, $"'{node.Input[0]}' is read by other nodes too",
                "Only an activation that is the one reader of its input can be imported");
        }

        producer.Activation = activation;
        net.DefineFolded(node, input);
    }
}

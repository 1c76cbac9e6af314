using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>
/// Activations, joined to the layer that computes their input. Where it can't have one (a pool, a sum that others read too), a
/// depthwise layer of one pixel that multiplies by 1 has it.
/// </summary>
internal static class ActivationImport
{
    public static void Relu(NetworkBuilder net, NodeProto node) => Join(net, node, DraftActivation.Limit(0, double.PositiveInfinity));

    public static void Clip(NetworkBuilder net, NodeProto node)
    {
        double low = NetworkBuilder.HasInput(node, 1) ? TensorData.Scalar(node, net.Constant(node, 1)) : float.MinValue;
        double high = NetworkBuilder.HasInput(node, 2) ? TensorData.Scalar(node, net.Constant(node, 2)) : float.MaxValue;
        if (!(low <= high))
            throw OnnxImportException.At(node, FormattableString.Invariant($"it clips to {low} … {high}"), "The lower limit must not be above the upper one");
        Join(net, node, DraftActivation.Limit(
            low <= float.MinValue ? double.NegativeInfinity : low, high >= float.MaxValue ? double.PositiveInfinity : high));
    }

    public static void LeakyRelu(NetworkBuilder net, NodeProto node) => Join(net, node, Leaky(node.Number("alpha", 0.01f)));

    public static void PRelu(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.Input(node, 0);
        TensorProto constant = net.Constant(node, 1);
        int trailing = TensorData.Shape(node, constant).Length < input.Rank - 1 ? 0 : input.Rank - 2;
        bool isFlatImage = input.IsFlat && input.Pixels != 1;
        float[] slopes = Array.ConvertAll(ChannelValues.Read(net, node, constant, isFlatImage ? 1 : input.Channels, trailing), slope => (float)slope);
        Join(net, node, slopes.All(slope => slope == slopes[0])
            ? Leaky(slopes[0]) : new DraftActivation(Activation.PRelu) { Slopes = new EquatableArray<float>(slopes) });
    }

    public static void HardSwish(NetworkBuilder net, NodeProto node) => Join(net, node, new(Activation.HardSwish));

    public static void Sigmoid(NetworkBuilder net, NodeProto node) => Join(net, node, new(Activation.Sigmoid));

    public static void Swish(NetworkBuilder net, NodeProto node) => Join(net, node, new(Activation.Silu));

    /// <summary>min(max(α · x + β, 0), 1): α and β go into the layer before it.</summary>
    public static void HardSigmoid(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.Input(node, 0);
        var scale = new double[input.Channels];
        var shift = new double[input.Channels];
        Array.Fill(scale, node.Number("alpha", 0.2f));
        Array.Fill(shift, node.Number("beta", 0.5f));
        ChannelwiseImport.Apply(net, node, 0, input, scale, shift, DraftActivation.Limit(0, 1));
    }

    private static DraftActivation Leaky(float slope) => slope switch
    {
        0 => DraftActivation.Limit(0, double.PositiveInfinity),
        1 => DraftActivation.None,
        _ => new(Activation.LeakyRelu, Slope: slope),
    };

    private static void Join(NetworkBuilder net, NodeProto node, DraftActivation activation)
    {
        TensorView input = net.Input(node, 0);
        DraftLayer? producer = input.Layer;
        bool joins = producer is not null && net.IsSoleReader(node, 0, input);
        if (activation == DraftActivation.None || (producer is not null && ChangesNothing(producer, activation)))
        {
            if (joins)
                net.DefineFolded(node, input);
            else
                net.DefineView(node, 0, input);
        }
        else if (joins && producer!.CanTake(activation))
        {
            producer.Activation = activation;
            net.DefineFolded(node, input);
        }
        else if (joins && producer!.Activation.IsLimit && activation.IsLimit)
        {
            producer.Activation = producer.Activation.Then(activation);
            net.DefineFolded(node, input);
        }
        else
        {
            DraftLayer layer = ChannelwiseImport.Identity(net, node, input);
            layer.Activation = activation;
            net.DefineLayer(node, layer, input.Rank);
        }
    }

    private static bool ChangesNothing(DraftLayer producer, DraftActivation activation) =>
        activation.IsLimit && producer.Activation.IsLimit && producer.Activation.Then(activation) == producer.Activation;
}

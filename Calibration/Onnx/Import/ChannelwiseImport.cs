using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>What multiplies or shifts each channel: folded into the layer before it, or else a depthwise layer of one pixel.</summary>
internal static class ChannelwiseImport
{
    public static void BatchNormalization(NetworkBuilder net, NodeProto node)
    {
        TensorView input = net.Input(node, 0);
        if (node.Integer("training_mode", 0) != 0)
            throw OnnxImportException.At(node, "it is in training mode", "Export the model in evaluation mode (model.eval())");
        double[] scale = ChannelValues.Read(net, node, net.Constant(node, 1), input.Channels, 0);
        double[] shift = ChannelValues.Read(net, node, net.Constant(node, 2), input.Channels, 0);
        double[] mean = ChannelValues.Read(net, node, net.Constant(node, 3), input.Channels, 0);
        double[] variance = ChannelValues.Read(net, node, net.Constant(node, 4), input.Channels, 0);
        double epsilon = node.Number("epsilon", 1e-5f);
        for (int c = 0; c < input.Channels; c++)
        {
            double deviation = Math.Sqrt(variance[c] + epsilon);
            if (!(deviation > 0))
                throw OnnxImportException.At(node, $"the variance of channel {c} is {variance[c]}", "Export the model again");
            scale[c] /= deviation;
            shift[c] -= mean[c] * scale[c];
        }

        Apply(net, node, 0, input, scale, shift);
    }

    /// <summary>A tensor and a constant; returns false where both are tensors.</summary>
    public static bool TryAddConstant(NetworkBuilder net, NodeProto node)
    {
        if (ConstantSide(net, node) is not { } constant)
            return false;
        TensorView input = net.Input(node, 1 - constant);
        double[] shift = ChannelValues.Read(net, node, net.Constant(node, constant), input.Channels, input.Rank - 2);
        var scale = new double[input.Channels];
        Array.Fill(scale, 1);
        Apply(net, node, 1 - constant, input, scale, shift);
        return true;
    }

    /// <summary>A tensor less a constant, or the other way round.</summary>
    public static void Sub(NetworkBuilder net, NodeProto node)
    {
        if (ConstantSide(net, node) is not { } constant)
            throw OnnxImportException.At(node, "it subtracts a tensor from another", "Multiply the second one by -1 and add them");
        TensorView input = net.Input(node, 1 - constant);
        double[] shift = ChannelValues.Read(net, node, net.Constant(node, constant), input.Channels, input.Rank - 2);
        var scale = new double[input.Channels];
        Array.Fill(scale, constant == 1 ? 1 : -1);
        Apply(net, node, 1 - constant, input, scale, constant == 1 ? Array.ConvertAll(shift, s => -s) : shift);
    }

    /// <summary>A tensor and a constant; returns false where both are tensors.</summary>
    public static bool TryMulConstant(NetworkBuilder net, NodeProto node)
    {
        if (ConstantSide(net, node) is not { } constant)
            return false;
        TensorView input = net.Input(node, 1 - constant);
        double[] scale = ChannelValues.Read(net, node, net.Constant(node, constant), input.Channels, input.Rank - 2);
        Apply(net, node, 1 - constant, input, scale, new double[input.Channels]);
        return true;
    }

    public static void Div(NetworkBuilder net, NodeProto node)
    {
        if (ConstantSide(net, node) is not 1)
            throw OnnxImportException.At(node, "it divides by a tensor", "Only divisors that are constants can be imported");
        TensorView input = net.Input(node, 0);
        double[] divisor = ChannelValues.Read(net, node, net.Constant(node, 1), input.Channels, input.Rank - 2);
        if (divisor.Contains(0))
            throw OnnxImportException.At(node, "it divides by 0", "Export the model again");
        Apply(net, node, 0, input, Array.ConvertAll(divisor, d => 1 / d), new double[input.Channels]);
    }

    /// <summary>A layer that multiplies by 1, for what can't be joined to another one.</summary>
    public static DraftLayer Identity(NetworkBuilder net, NodeProto node, TensorView input)
    {
        net.Spend(node, input.Channels);
        var scale = new double[input.Channels];
        Array.Fill(scale, 1);
        return Layer(net, node, input, scale, new double[input.Channels]);
    }

    private static int? ConstantSide(NetworkBuilder net, NodeProto node)
    {
        for (int i = 0; i < 2; i++)
        {
            if (NetworkBuilder.HasInput(node, i) && net.IsConstant(node.Input[i]))
                return i;
        }

        return null;
    }

    /// <summary>x · scale + shift, then an activation.</summary>
    public static void Apply(
        NetworkBuilder net, NodeProto node, int index, TensorView input, double[] scale, double[] shift, DraftActivation? activation = null)
    {
        activation ??= DraftActivation.None;
        bool isUniform = scale.All(s => s == scale[0]) && shift.All(s => s == shift[0]);
        if (!isUniform && input.IsFlat && input.Pixels != 1)
        {
            throw OnnxImportException.At(
                node, $"it scales single elements of a flattened image of {input.Height} x {input.Width}", "Move it before the flatten");
        }

        if (input.Layer is { HasWeights: true } producer && producer.Activation == DraftActivation.None && net.IsSoleReader(node, index, input))
        {
            producer.Fold(scale, shift);
            producer.Activation = activation;
            net.DefineFolded(node, input);
            return;
        }

        DraftLayer layer = Layer(net, node, input, scale, shift);
        layer.Activation = activation;
        net.DefineLayer(node, layer, input.Rank);
    }

    private static DraftLayer Layer(NetworkBuilder net, NodeProto node, TensorView input, double[] scale, double[] shift)
    {
        var layer = new DraftLayer
        {
            Name = net.NameFor(node, LayerOp.Depthwise),
            Op = LayerOp.Depthwise,
            Inputs = [input.Name],
            Window = Window.One,
            Height = input.Height,
            Width = input.Width,
            Channels = input.Channels,
            Weights = Array.ConvertAll(scale, s => (float)s),
        };
        layer.SetBias(shift);
        return layer;
    }
}

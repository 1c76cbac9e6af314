using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Gemm and MatMul by a constant matrix. The flatten before it is part of the dense layer.</summary>
internal static class DenseImport
{
    public static void Gemm(NetworkBuilder net, NodeProto node)
    {
        if (node.Integer("transA", 0) != 0)
            throw OnnxImportException.At(node, "transA transposes the batch", "Export the model with transA = 0");
        DraftLayer layer = Product(net, node, transposed: node.Integer("transB", 0) != 0);
        double[] alpha = Repeat(node.Number("alpha", 1), layer.Channels);
        double[] beta = Repeat(node.Number("beta", 1), layer.Channels);
        double[] bias = NetworkBuilder.HasInput(node, 2)
            ? ChannelValues.Read(net, node, net.Constant(node, 2), layer.Channels, 0) : new double[layer.Channels];
        layer.Fold(alpha, bias.Zip(beta, (b, factor) => b * factor).ToArray());
        net.DefineLayer(node, layer, rank: 2);
    }

    public static void MatMul(NetworkBuilder net, NodeProto node) =>
        net.DefineLayer(node, Product(net, node, transposed: false), rank: 2);

    private static DraftLayer Product(NetworkBuilder net, NodeProto node, bool transposed)
    {
        TensorView input = net.PaddedInput(node, 0);
        if (!input.IsFlat)
            input = net.Input(node, 0);
        TensorProto tensor = net.Constant(node, 1);
        int[] shape = TensorData.Shape(node, tensor);
        if (!input.IsFlat || shape.Length != 2)
        {
            throw OnnxImportException.At(
                node, $"it multiplies an input of rank {input.Rank} by a constant of rank {shape.Length}",
                "Flatten the input to [N, K] before it");
        }

        (int outputs, int length) = transposed ? (shape[0], shape[1]) : (shape[1], shape[0]);
        if (length != input.Length || outputs < 1)
            throw OnnxImportException.At(node, $"weights for {length} elements meet {input.Length}", "Export the model again");
        float[] weights = TensorData.Floats(node, tensor);
        if (!transposed)
            weights = WeightOrder.Transpose(weights, length, outputs);
        var layer = new DraftLayer
        {
            Name = net.NameFor(node, LayerOp.Dense, tensor.Name),
            Op = LayerOp.Dense,
            Inputs = [input.Name],
            Height = 1,
            Width = 1,
            Channels = outputs,
            Weights = input.IsChannelsLast ? weights : WeightOrder.FromChannelsFirst(weights, outputs, input.Channels, input.Pixels),
        };
        layer.SetBias(new double[outputs]);
        return layer;
    }

    private static double[] Repeat(double value, int count) => Enumerable.Repeat(value, count).ToArray();
}

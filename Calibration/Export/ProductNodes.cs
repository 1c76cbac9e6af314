using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>Layers with weights: conv and depthwise as Conv, dense as Gemm, on dequantized constants.</summary>
internal static class ProductNodes
{
    public static ExportedTensor Export(GraphBuilder graph, Layer layer, Constants constants, ExportedTensor input, Tensor output)
    {
        bool isDense = layer.Spec.Op == LayerOp.Dense;
        string sum = isDense
            ? Dense(graph, constants, input.AsVector.ForProducts, input.Tensor, output)
            : Convolution(graph, layer, constants, input.AsImage.ForProducts, input.Tensor, output);
        return QuantizeNodes.Encode(graph, output, sum, layer.Spec.Activation, isDense);
    }

    private static string Convolution(GraphBuilder graph, Layer layer, Constants constants, string values, Tensor input, Tensor output)
    {
        Window window = layer.Window;
        int groups = layer.Spec.Op == LayerOp.Depthwise ? input.Channels : layer.Groups;
        string weights = constants.Weights(output.Channels, input.Channels / groups, window.KernelHeight, window.KernelWidth);
        return graph.Node(
            "Conv", $"{output.Name}/sum", [values, weights, constants.Bias()], [("group", groups), .. WindowAttributes.Of(window)]);
    }

    /// <summary>A bias that is no integer is added outside: the products still fuse.</summary>
    private static string Dense(GraphBuilder graph, Constants constants, string values, Tensor input, Tensor output)
    {
        string weights = constants.Weights(output.Channels, input.Length);
        if (constants.HasIntegerBias)
            return graph.Node("Gemm", $"{output.Name}/sum", [values, weights, constants.Bias()], ("transB", 1));
        string products = graph.Node("Gemm", $"{output.Name}/products", [values, weights], ("transB", 1));
        return graph.Node("Add", $"{output.Name}/sum", [products, constants.Bias()]);
    }
}

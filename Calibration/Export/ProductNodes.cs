using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>Layers with weights: conv and depthwise as Conv, dense as Gemm, on dequantized constants.</summary>
internal static class ProductNodes
{
    public static ExportedTensor Export(
        GraphBuilder graph, Layer layer, QuantizedLayer weights, ExportedTensor input, Tensor output, ExportOptions options)
    {
        bool isDense = layer.Spec.Op == LayerOp.Dense;
        input = isDense ? input.AsVector : input.AsImage;
        var constants = new Constants(graph, layer, weights, QuantizeNodes.EvenOf(input.Tensor, input.Tensor.Code!));
        string sum = $"{output.Name}/sum";
        if (!isDense)
            Convolution(graph, layer, constants, input, output, sum);
        else if (output.SumCode is not null || options.RoundsEveryBias)
            graph.Node("Gemm", sum, [input.ForProducts, constants.Weights(output.Channels, weights.Inputs), constants.Bias()], ("transB", 1));
        else
            FloatDense(graph, constants, input, output, sum);
        return QuantizeNodes.Encode(graph, output, sum, layer.Spec.Activation, isDense);
    }

    private static void Convolution(GraphBuilder graph, Layer layer, Constants constants, ExportedTensor input, Tensor output, string sum)
    {
        Window window = layer.Window;
        int groups = layer.Spec.Op == LayerOp.Depthwise ? input.Tensor.Channels : 1;
        string weights = constants.Weights(output.Channels, input.Tensor.Channels / groups, window.KernelHeight, window.KernelWidth);
        string bias = output.SumCode is null ? constants.FloatBias() : constants.Bias();
        graph.Node("Conv", sum, [input.ForProducts, weights, bias], [("group", groups), .. WindowAttributes.Of(window)]);
    }

    /// <summary>Integer sums become float32 values without a code between: the bias, added to those, is not rounded to the sums' unit.</summary>
    private static void FloatDense(GraphBuilder graph, Constants constants, ExportedTensor input, Tensor output, string sum)
    {
        string weights = constants.Weights(output.Channels, input.Tensor.Length);
        string products = graph.Node("Gemm", $"{output.Name}/products", [input.ForProducts, weights], ("transB", 1));
        graph.Node("Add", sum, [products, constants.FloatBias()]);
    }
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>Layers without weights. What moves elements moves levels; what computes reads values and encodes its result.</summary>
internal static class LayerNodes
{
    public static ExportedTensor Add(GraphBuilder graph, Layer layer, ExportedTensor[] inputs, Tensor output)
    {
        inputs = Alike(inputs);
        string sum = graph.Node("Add", $"{output.Name}/sum", [inputs[0].ForSums, inputs[1].ForSums]);
        return QuantizeNodes.Encode(graph, output, sum, layer.Spec.Activation, inputs[0].IsVector);
    }

    public static ExportedTensor Concat(GraphBuilder graph, ExportedTensor[] inputs, Tensor output)
    {
        inputs = Alike(inputs);
        string all = graph.Node("Concat", $"{output.Name}/all", [.. inputs.Select(input => input.ForSums)], ("axis", 1));
        return QuantizeNodes.Encode(graph, output, all, Activation.None, inputs[0].IsVector);
    }

    public static ExportedTensor Average(GraphBuilder graph, Layer layer, ExportedTensor input, Tensor output)
    {
        string values = input.AsImage.ForSums;
        string average = layer.Spec.Op == LayerOp.GlobalAvgPool
            ? graph.Node("GlobalAveragePool", $"{output.Name}/average", [values])
            : graph.Node("AveragePool", $"{output.Name}/average", [values], [("count_include_pad", layer.Spec.CountIncludePad ? 1 : 0), .. WindowAttributes.Of(layer.Window)]);
        return QuantizeNodes.Encode(graph, output, average, Activation.None, isVector: false);
    }

    public static ExportedTensor MaxPool(GraphBuilder graph, Layer layer, ExportedTensor input, Tensor output) =>
        input.AsImage.Move(output, output.Name, false, (from, to, _) => graph.Node("MaxPool", to, [from], WindowAttributes.Of(layer.Window)));

    public static ExportedTensor Flatten(GraphBuilder graph, ExportedTensor input, Tensor output) =>
        input.AsVector.Move(output, output.Name, true, (from, to, _) => graph.Node("Identity", to, [from]));

    public static ExportedTensor Subsample(GraphBuilder graph, Layer layer, ExportedTensor input, Tensor output)
    {
        string starts = graph.Integers(0, 0), ends = graph.Integers(input.Tensor.Height, input.Tensor.Width);
        string axes = graph.Integers(2, 3), steps = graph.Integers(layer.Spec.Stride[0], layer.Spec.Stride[1]);
        return input.AsImage.Move(output, output.Name, false, (from, to, _) => graph.Node("Slice", to, [from, starts, ends, axes, steps]));
    }

    public static ExportedTensor PadChannels(GraphBuilder graph, Layer layer, ExportedTensor input, Tensor output)
    {
        string pads = graph.Integers(0, layer.Spec.PadChannels[0], 0, 0, 0, layer.Spec.PadChannels[1], 0, 0);
        return input.AsImage.Move(output, output.Name, false, (from, to, zero) =>
            graph.Node("Pad", to, [from, pads, zero is { } level ? graph.Scalar(level) : graph.Scalar(0f)]));
    }

    /// <summary>With rows and columns unless none has them.</summary>
    private static ExportedTensor[] Alike(ExportedTensor[] inputs) =>
        inputs.All(input => input.IsVector) ? inputs : Array.ConvertAll(inputs, input => input.AsImage);
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>The network's input: normalised values, or raw bytes and what normalises them.</summary>
internal static class InputNodes
{
    public static ExportedTensor Export(GraphBuilder graph, Network network, bool isRaw)
    {
        Tensor tensor = network.Tensors[0];
        int[] shape = [tensor.Channels, tensor.Height, tensor.Width];
        string values = isRaw ? Normalized(graph, network.Profile.Input, graph.Input<byte>("input", shape)) : graph.Input<float>("input", shape);
        return QuantizeNodes.EncodeInput(graph, tensor, values);
    }

    /// <summary>(p · scale − mean) / std in double, the result rounded to float32: the reference's own operations.</summary>
    private static string Normalized(GraphBuilder graph, InputSpec input, string bytes)
    {
        if (input.Mean.Count == 0)
            throw new ExportException("The profile's input has no 'mean' and 'std', so raw bytes mean nothing to it. Export without raw input.");
        string number = graph.Node("Cast", "input/number", [bytes], ("to", (int)Onnx.Proto.TensorProto.Types.DataType.Double));
        string scaled = graph.Node("Mul", "input/scaled", [number, graph.Scalar(input.Scale)]);
        string centred = graph.Node("Sub", "input/centred", [scaled, PerChannel("input/mean", input.Mean)]);
        string normalized = graph.Node("Div", "input/normalized", [centred, PerChannel("input/std", input.Std)]);
        return graph.Node("Cast", "input/value", [normalized], ("to", (int)Onnx.Proto.TensorProto.Types.DataType.Float));

        string PerChannel(string name, EquatableArray<double> values) => graph.Constant<double>(name, values.ToArray(), values.Count, 1, 1);
    }
}

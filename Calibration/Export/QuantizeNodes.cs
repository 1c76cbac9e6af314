using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>From values to levels and back: QuantizeLinear, Clip, DequantizeLinear.</summary>
internal static class QuantizeNodes
{
    /// <summary>The code as QuantizeLinear has it.</summary>
    /// <exception cref="ExportException">Its levels are not evenly spaced.</exception>
    public static EvenCode EvenOf(Tensor tensor, Code code) => EvenCode.Of(code) ?? throw new ExportException(
        $"{(tensor.Id == 0 ? "The input" : $"The layer '{tensor.Name}'")} has the levels {string.Join(' ', code.Levels())}, which are not evenly "
        + "spaced: QuantizeLinear can't express them. Quantize again with --levels even.");

    /// <summary>Encodes values into each code that the tensor has; without one, they stay float32 with the activation applied.</summary>
    public static ExportedTensor Encode(GraphBuilder graph, Tensor tensor, string values, Activation activation, bool isVector)
    {
        string? Levels(Code? code, string suffix) =>
            code is null ? null : Quantize(graph, values, EvenOf(tensor, code), activation, $"{tensor.Name}/{suffix}");
        return new ExportedTensor(graph, tensor, tensor.Name, isVector)
        {
            Code = Levels(tensor.Code, "level"),
            Skip = Levels(tensor.Skip, "skip/level"),
            Values = tensor.SumCode is null ? ActivationNodes.Apply(graph, values, activation, $"{tensor.Name}/value") : null,
        };
    }

    /// <summary>
    /// Values to levels. What a code of fewer levels, relu and relu6 leave off is clipped from the levels, not the values: the
    /// result is the same, and a QuantizeLinear that follows a convolution directly is what runtimes fuse with it.
    /// </summary>
    public static string Quantize(GraphBuilder graph, string values, EvenCode code, Activation activation, string output)
    {
        if (code.RangeAfter(activation) is not { } range)
        {
            values = ActivationNodes.Apply(graph, values, activation, $"{output}/activation");
            range = (0, code.Largest);
        }

        bool isClipped = range != (byte.MinValue, byte.MaxValue);
        string levels = graph.Node(
            "QuantizeLinear", isClipped ? $"{output}/unclipped" : output, [values, graph.Scalar(code.Step), graph.Scalar(code.Zero)]);
        return isClipped ? graph.Node("Clip", output, [levels, graph.Scalar(range.Low), graph.Scalar(range.High)]) : levels;
    }

    public static string Dequantize(GraphBuilder graph, string levels, EvenCode code, string output) =>
        graph.Node("DequantizeLinear", output, [levels, graph.Scalar(code.Step), graph.Scalar(code.Zero)]);
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>From values to levels and back: QuantizeLinear, Clip, DequantizeLinear.</summary>
internal static class QuantizeNodes
{
    /// <summary>The code as QuantizeLinear has it.</summary>
    /// <exception cref="ExportException">Its levels are not evenly spaced, or products read them plane by plane.</exception>
    public static EvenCode EvenOf(Tensor tensor, Code code)
    {
        string subject = tensor.Id == 0 ? "The input" : $"The layer '{tensor.Name}'";
        if (code.Planes is not null)
            throw new ExportException($"{subject} has bit-planes, which QuantizeLinear can't express. Export it without 'planes'.");
        return EvenCode.Of(code) ?? throw new ExportException(
            $"{subject} has the levels {string.Join(' ', code.Levels())}, which are not evenly "
            + "spaced: QuantizeLinear can't express them. Quantize again with --levels even.");
    }

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

    /// <summary>The network's input, with a step and a zero for each channel where its channels have their own.</summary>
    public static ExportedTensor EncodeInput(GraphBuilder graph, Tensor tensor, string values)
    {
        if (!tensor.IsByChannel)
            return Encode(graph, tensor, values, Activation.None, isVector: false);
        float[] steps = [.. Enumerable.Range(0, tensor.Channels).Select(channel => tensor.Gain.Count > 0 ? (float)(tensor.Code!.Step / tensor.Gain[channel]) : tensor.Code!.Step)];
        EvenCode code = EvenOf(tensor, tensor.Code!);
        string[] inputs = [values, graph.Constant<float>("input/step", steps, steps.Length), Zeros(graph, tensor, tensor.Channels)];
        bool isClipped = code.Largest != byte.MaxValue;
        string levels = graph.Node("QuantizeLinear", isClipped ? "input/level/unclipped" : "input/level", inputs, ("axis", 1));
        return new ExportedTensor(graph, tensor, tensor.Name, isVector: false)
        {
            Code = isClipped ? graph.Node("Clip", "input/level", [levels, graph.Scalar(byte.MinValue), graph.Scalar(code.Largest)]) : levels,
        };
    }

    /// <summary>Levels of such an input as values that the gains have been multiplied into.</summary>
    public static string DequantizeInput(GraphBuilder graph, Tensor tensor, string levels, bool isVector, string output)
    {
        int count = isVector ? tensor.Length : tensor.Channels;
        float[] steps = [.. Enumerable.Repeat(tensor.Code!.Step, count)];
        return graph.Node("DequantizeLinear", output, [levels, graph.Constant<float>($"{output}/step", steps, count), Zeros(graph, tensor, count)], ("axis", 1));
    }

    private static string Zeros(GraphBuilder graph, Tensor tensor, int count)
    {
        byte[] zeros = [.. Enumerable.Range(0, count).Select(i => (byte)tensor.ZeroOf(i % tensor.Channels))];
        return graph.Constant<byte>($"input/zero/{count}", zeros, count);
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

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>Activation functions of float32 values.</summary>
internal static class ActivationNodes
{
    public static string Apply(GraphBuilder graph, string values, Activation activation, string output) => activation switch
    {
        Activation.None => values,
        Activation.Relu => graph.Node("Relu", output, [values]),
        Activation.Relu6 => graph.Node("Clip", output, [values, graph.Scalar(0f), graph.Scalar(6f)]),
        _ => throw new NotSupportedException($"The activation {activation} has no ONNX form."),
    };
}

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>What to do about operators that are not imported.</summary>
internal static class Unsupported
{
    public static string Remedy(string op) => op switch
    {
        "Softmax" or "LogSoftmax" or "Sigmoid" or "ArgMax" => "End the model at the logits: remove what follows the last dense layer",
        "Transpose" => "Export the model with channels first, [N, C, H, W], from input to output",
        "LeakyRelu" or "PRelu" or "Elu" or "HardSwish" or "HardSigmoid" or "Gelu" or "Erf" or "Tanh" =>
            "Only Relu and Clip to 0 … 6 are supported as activations: retrain with one of them",
        "QuantizeLinear" or "DequantizeLinear" or "QLinearConv" or "ConvInteger" => "Start from the float32 model",
        "If" or "Loop" or "Scan" => "Export the model without control flow",
        _ => "Replace it by the supported operators, or simplify the model (for example with onnxsim)",
    };
}

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>What to do about operators that are not imported.</summary>
internal static class Unsupported
{
    public static string Remedy(string op) => op switch
    {
        "LogSoftmax" or "ArgMax" => "End the model at the logits: remove what follows the last dense layer",
        "Elu" or "Selu" or "Celu" or "Gelu" or "Erf" or "Tanh" or "Mish" or "Softplus" or "Softsign" or "ThresholdedRelu" =>
            "Retrain with another activation: Relu, Clip, LeakyRelu, PRelu, HardSigmoid, HardSwish, Sigmoid and SiLU are supported",
        "QuantizeLinear" or "DequantizeLinear" or "QLinearConv" or "ConvInteger" => "Start from the float32 model",
        "If" or "Loop" or "Scan" => "Export the model without control flow",
        _ => "Replace it by the supported operators, or simplify the model (for example with onnxsim)",
    };
}

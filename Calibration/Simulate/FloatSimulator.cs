using BitKernelGen.Calibration.Onnx;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>Runs the float network without ONNX Runtime.</summary>
internal static class FloatSimulator
{
    /// <summary>The tensors asked for, of one sample.</summary>
    public static Dictionary<string, float[]> Run(FloatNetwork network, float[] input, IEnumerable<string> wanted)
    {
        var tensors = new Dictionary<string, float[]> { ["input"] = input };
        foreach (FloatLayer layer in network.Layers)
        {
            float[][] inputs = [.. layer.Spec.Inputs.Select(name => tensors[name])];
            Shape[] shapes = [.. layer.Spec.Inputs.Select(name => Shape.Of(network, name))];
            tensors[layer.Spec.Name] = LayerSimulator.Run(layer, Geometry.Of(network, layer), inputs, shapes, layer.Weights, layer.Bias);
        }

        return wanted.ToDictionary(name => name, name => tensors[name]);
    }
}

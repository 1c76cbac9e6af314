using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>Reads the weights of a network's layers.</summary>
internal static class ReferenceWeights
{
    /// <exception cref="WeightsException">The file is not what the layer needs.</exception>
    public static QuantizedLayer Read(Network network, Layer layer, SafeTensors file)
    {
        int channels = layer.Spec.Op == LayerOp.Depthwise ? 1 : network.Tensors[layer.Inputs[0]].Channels / layer.Groups;
        int inputs = layer.Window.KernelHeight * layer.Window.KernelWidth * channels;
        return QuantizedLayer.Read(file, layer.Spec.Name, network.Tensors[layer.Output].Channels, inputs, layer.Spec.Weight!.Bits);
    }
}

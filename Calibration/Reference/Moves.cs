using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>Layers that move elements as they are.</summary>
internal static class Moves
{
    public static Activations Flatten(Activations input, Tensor output) => input.Move(output, (_, _, element) => [element]);

    public static Activations Subsample(LayerSpec spec, Activations input, Tensor output) =>
        input.Move(output, (row, column, channel) =>
            [(((row * spec.Stride[0] * input.Tensor.Width) + (column * spec.Stride[1])) * output.Channels) + channel]);

    public static Activations PadChannels(LayerSpec spec, Activations input, Tensor output)
    {
        int before = spec.PadChannels[0], channels = input.Tensor.Channels;
        return input.Move(output, (row, column, channel) =>
        {
            bool isAdded = channel < before || channel >= before + channels;
            return isAdded ? [] : [(((row * output.Width) + column) * channels) + channel - before];
        });
    }
}

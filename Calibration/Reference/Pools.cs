using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>Maximum and average over windows that are clipped to the input.</summary>
internal static class Pools
{
    public static Activations Max(Window window, Activations input, Tensor output) =>
        input.Move(output, (row, column, channel) => Elements(window, input.Tensor, row, column, channel));

    public static Activations Average(Layer layer, Activations input, Tensor output)
    {
        int[] differences = input.DifferencesForSums();
        double step = input.Tensor.SumCode!.Step;
        var results = new float[output.Length];
        int i = 0;
        for (int row = 0; row < output.Height; row++)
        {
            for (int column = 0; column < output.Width; column++)
            {
                for (int channel = 0; channel < output.Channels; channel++)
                {
                    int sum = 0, count = 0;
                    foreach (int element in Elements(layer.Window, input.Tensor, row, column, channel))
                    {
                        sum += differences[element];
                        count++;
                    }

                    if (layer.Spec.CountIncludePad)
                        count = layer.Window.KernelHeight * layer.Window.KernelWidth;
                    var m = (float)(step / count);
                    results[i++] = sum * m;
                }
            }
        }

        return Activations.Encode(output, results, ActivationFunction.None);
    }

    private static IEnumerable<int> Elements(Window window, Tensor input, int outputRow, int outputColumn, int channel)
    {
        int top = (outputRow * window.StrideHeight) - window.PadTop;
        int left = (outputColumn * window.StrideWidth) - window.PadLeft;
        for (int row = Math.Max(top, 0); row < Math.Min(top + window.KernelHeight, input.Height); row++)
        {
            for (int column = Math.Max(left, 0); column < Math.Min(left + window.KernelWidth, input.Width); column++)
                yield return (((row * input.Width) + column) * input.Channels) + channel;
        }
    }
}

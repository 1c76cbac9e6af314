using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Onnx;

/// <summary>Runs an imported network by the definition of each operation, in double.</summary>
internal static class PlainFloatExecutor
{
    /// <summary>Every layer's output, height-width-channels, by its name.</summary>
    public static Dictionary<string, double[]> Run(FloatNetwork network, float[] input)
    {
        var images = new Dictionary<string, Image>
        {
            ["input"] = new(network.Height, network.Width, network.Channels, Array.ConvertAll(input, v => (double)v)),
        };
        foreach (FloatLayer layer in network.Layers)
        {
            Image[] inputs = layer.Spec.Inputs.Select(name => images[name]).ToArray();
            var output = new Image(layer.Height, layer.Width, layer.Channels, new double[layer.Height * layer.Width * layer.Channels]);
            for (int y = 0; y < output.Height; y++)
            {
                for (int x = 0; x < output.Width; x++)
                {
                    for (int c = 0; c < output.Channels; c++)
                        output.Values[output.At(y, x, c)] = Activate(layer, c, Element(layer, inputs, y, x, c));
                }
            }

            images.Add(layer.Spec.Name, output);
        }

        return images.ToDictionary(image => image.Key, image => image.Value.Values);
    }

    private static double Element(FloatLayer layer, Image[] inputs, int y, int x, int c)
    {
        Image input = inputs[0];
        LayerSpec spec = layer.Spec;
        return spec.Op switch
        {
            LayerOp.Conv => layer.Bias[c] + Window(spec, input, y, x).Sum(p => Enumerable.Range(0, input.Channels / spec.Groups).Sum(i =>
                layer.Weights[(((c * spec.Kernel[0]) + p.Row) * spec.Kernel[1] + p.Column) * (input.Channels / spec.Groups) + i]
                * input.Get(p.Y, p.X, (c / (layer.Channels / spec.Groups) * (input.Channels / spec.Groups)) + i))),
            LayerOp.Depthwise => layer.Bias[c] + Window(spec, input, y, x).Sum(p =>
                layer.Weights[((c * spec.Kernel[0]) + p.Row) * spec.Kernel[1] + p.Column] * input.Get(p.Y, p.X, c)),
            LayerOp.Dense => layer.Bias[c] + input.Values.Select((v, i) => v * layer.Weights[(c * input.Values.Length) + i]).Sum(),
            LayerOp.Add => input.Get(y, x, c) + inputs[1].Get(y, x, c),
            LayerOp.Mul => input.Get(y, x, c) * (inputs[1].Values.Length == input.Channels ? inputs[1].Values[c] : inputs[1].Get(y, x, c)),
            LayerOp.Softmax => Math.Exp(input.Get(y, x, c)) / Enumerable.Range(0, input.Channels).Sum(i => Math.Exp(input.Get(y, x, i))),
            LayerOp.AvgPool when spec.CountIncludePad => Window(spec, input, y, x).Sum(p => input.Get(p.Y, p.X, c)) / (spec.Kernel[0] * spec.Kernel[1]),
            LayerOp.MaxPool => Window(spec, input, y, x).Max(p => input.Get(p.Y, p.X, c)),
            LayerOp.AvgPool => Window(spec, input, y, x).Average(p => input.Get(p.Y, p.X, c)),
            LayerOp.GlobalAvgPool => Enumerable.Range(0, input.Height * input.Width).Average(p => input.Values[(p * input.Channels) + c]),
            LayerOp.Concat => Joined(inputs, y, x, c),
            LayerOp.Subsample => input.Get(y * spec.Stride[0], x * spec.Stride[1], c),
            LayerOp.PadChannels => c - spec.PadChannels[0] is var from && from >= 0 && from < input.Channels ? input.Get(y, x, from) : 0,
            _ => throw new NotSupportedException(spec.Op.ToString()),
        };
    }

    private static double Joined(Image[] inputs, int y, int x, int c)
    {
        foreach (Image input in inputs)
        {
            if (c < input.Channels)
                return input.Get(y, x, c);
            c -= input.Channels;
        }

        throw new ArgumentOutOfRangeException(nameof(c));
    }

    /// <summary>The places of the window that lie inside the input.</summary>
    private static IEnumerable<(int Row, int Column, int Y, int X)> Window(LayerSpec spec, Image input, int y, int x) =>
        from row in Enumerable.Range(0, spec.Kernel[0])
        from column in Enumerable.Range(0, spec.Kernel[1])
        let top = (y * spec.Stride[0]) + (row * (spec.Dilation.Count > 0 ? spec.Dilation[0] : 1)) - spec.Pad[0]
        let left = (x * spec.Stride[1]) + (column * (spec.Dilation.Count > 0 ? spec.Dilation[1] : 1)) - spec.Pad[1]
        where top >= 0 && top < input.Height && left >= 0 && left < input.Width
        select (row, column, top, left);

    private static double Activate(FloatLayer layer, int channel, double value) => layer.Spec.Activation switch
    {
        Activation.Clip => Math.Min(Math.Max(value, layer.Spec.Limits[0]), layer.Spec.Limits[1]),
        Activation.LeakyRelu => value < 0 ? value * layer.Spec.Slope : value,
        Activation.PRelu => value < 0 ? value * layer.Slopes[channel] : value,
        Activation.HardSwish => value * Math.Clamp(value + 3, 0, 6) / 6,
        Activation.Sigmoid => 1 / (1 + Math.Exp(-value)),
        Activation.Silu => value / (1 + Math.Exp(-value)),
        Activation.Relu => Math.Max(value, 0),
        Activation.Relu6 => Math.Min(Math.Max(value, 0), 6),
        _ => value,
    };

    private sealed record Image(int Height, int Width, int Channels, double[] Values)
    {
        public int At(int y, int x, int c) => (((y * Width) + x) * Channels) + c;

        public double Get(int y, int x, int c) => Values[At(y, x, c)];
    }
}

using BitKernelGen.Calibration.Onnx;

namespace BitKernelGen.Calibration.Tests.Onnx;

/// <summary>Compares an imported network with the model that it comes from.</summary>
internal static class OnnxAssert
{
    /// <summary>Imports the model; every layer's output must be the ONNX tensor that it names.</summary>
    public static FloatNetwork Imports(byte[] model)
    {
        FloatNetwork network = OnnxImporter.Import(model);
        Equal(network, 1e-5);
        return network;
    }

    public static void Equal(FloatNetwork network, double tolerance)
    {
        var random = new Random(2);
        var input = new float[network.Height * network.Width * network.Channels];
        for (int i = 0; i < input.Length; i++)
            input[i] = (float)((4 * random.NextDouble()) - 2);

        Dictionary<string, double[]> actual = PlainFloatExecutor.Run(network, input);
        using var runner = new FloatRunner(network, network.Layers.Select(layer => layer.OnnxOutput).ToArray(), threads: 1);
        runner.Run([input], (index, values) => Compare(network.Layers[index], values, actual[network.Layers[index].Spec.Name], tolerance));
        Assert.Equal(network.OutputName, network.Layers.Single(layer => layer.Spec.Name == network.Output).OnnxOutput);
    }

    private static void Compare(FloatLayer layer, ReadOnlySpan<float> planes, double[] values, double tolerance)
    {
        Assert.Equal(planes.Length, values.Length);
        int pixels = layer.Height * layer.Width;
        double scale = Math.Max(1, values.Max(Math.Abs));
        for (int i = 0; i < values.Length; i++)
        {
            float expected = planes[(i % layer.Channels * pixels) + (i / layer.Channels)];
            bool isNear = Math.Abs(expected - values[i]) <= tolerance * scale;
            Assert.True(isNear, $"{layer.Spec.Name}[{i}] is {values[i]}; ONNX Runtime has {expected}");
        }
    }
}

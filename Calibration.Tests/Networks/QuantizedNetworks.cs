using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Profiles;

namespace BitKernelGen.TestNetworks;

/// <summary>Quantizes imported networks on random inputs.</summary>
internal static class QuantizedNetworks
{
    /// <summary>Quantizes a network; its profile is written and read back on the way.</summary>
    public static TestNetwork Quantize(string name, FloatNetwork network, int samples, int bits = 8, int weightBits = 8)
    {
        QuantizedNetwork quantized = Quantizer.Quantize(
            network, Inputs(network, samples, seed: 1), new QuantizeOptions { Name = name, Bits = bits, WeightBits = weightBits, Samples = samples });
        ProfileReading reading = ProfileReader.Read(ProfileWriter.Write(quantized.Profile));
        Assert.DoesNotContain(reading.Diagnostics, diagnostic => diagnostic.Level != DiagnosticLevel.Info);
        Assert.Equal(quantized.Profile, reading.Profile);
        return new TestNetwork(reading.Network!, quantized.Weights);
    }

    /// <summary>Inputs that vary smoothly, with noise.</summary>
    public static float[][] Inputs(FloatNetwork network, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double frequency = 0.05 + random.NextDouble(), phase = random.NextDouble() * 6, amplitude = 0.5 + random.NextDouble();
            var input = new float[network.Height * network.Width * network.Channels];
            for (int i = 0; i < input.Length; i++)
                input[i] = (float)((amplitude * Math.Sin((frequency * i) + phase)) + random.NextDouble() - 0.5);
            return input;
        })];
    }
}

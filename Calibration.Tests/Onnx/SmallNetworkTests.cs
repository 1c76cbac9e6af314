using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Calibration.Tests.Onnx;

/// <summary>Networks beyond the three given: imported as ONNX Runtime runs them, and quantized close to that.</summary>
public class SmallNetworkTests
{
    private const int Samples = 48;

    public static TheoryData<string> Names => new(SmallNetworks.All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void ImportsAsOnnxRuntimeRunsIt(string name) => OnnxAssert.Imports(SmallNetworks.All[name]());

    /// <summary>
    /// An 8-bit code of a bell-shaped tensor leaves about 40 dB, weights of 8 bits leave more; the noises of some ten layers that
    /// add up take some dB of it away.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void EightBitsAreCloseToFloat(string name)
    {
        FloatNetwork network = OnnxImporter.Import(SmallNetworks.All[name]());
        TestNetwork quantized = QuantizedNetworks.Quantize(name, network, Samples);
        float[][] judged = QuantizedNetworks.Inputs(network, 100, seed: 77);
        using var runner = new FloatRunner(network, threads: 1);
        ReferenceExecutor reference = quantized.Reference;
        double signal = 0, noise = 0;
        foreach (float[] input in judged)
        {
            float[] expected = runner.Run(input), actual = reference.Run(input);
            signal += expected.Sum(x => (double)x * x);
            noise += expected.Zip(actual).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        }

        double sqnr = 10 * Math.Log10(signal / noise);
        Assert.True(sqnr > 36, $"{sqnr:0.0} dB");
    }
}

using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Quantize;

public class QuantizerTests
{
    private const int Judged = 200;

    [SkippableTheory]
    [InlineData(8, 8, RoundingMethod.Nearest, 33, 0.97)]
    [InlineData(8, 8, RoundingMethod.Sequential, 34, 0.97)]
    [InlineData(4, 4, RoundingMethod.Sequential, 19, 0.93)]
    public void AQuantizedNetworkAnswersAsTheFloatOne(int weightBits, int bits, RoundingMethod rounding, double sqnr, double agreement)
    {
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require("models/fashion_cnn.onnx"));
        using DataSource calibration = Open("train-images-first10000-idx3-ubyte.gz", network);
        using DataSource test = Open("t10k-images-idx3-ubyte.gz", network);
        InputNormalization normalization = Normalizer.Create(1, [0.2860], [0.3530]);

        QuantizedNetwork quantized = Quantizer.Quantize(network, calibration, new QuantizeOptions
        {
            Name = "Fashion",
            Bits = bits,
            WeightBits = weightBits,
            Samples = 128,
            Normalization = normalization,
            Rounding = rounding,
        });

        var reference = new ReferenceExecutor(Resolve(quantized.Profile), SafeTensors.Read(quantized.Weights));
        using var runner = new FloatRunner(network);
        double signal = 0, noise = 0;
        int agreed = 0;
        for (int i = 0; i < Judged; i++)
        {
            Sample sample = test.Read(i);
            float[] expected = runner.Run(normalization.Apply(sample)), actual = reference.Run(sample.Bytes!);
            signal += expected.Sum(x => (double)x * x);
            noise += expected.Zip(actual).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
            agreed += Array.IndexOf(expected, expected.Max()) == Array.IndexOf(actual, actual.Max()) ? 1 : 0;
        }

        double measured = 10 * Math.Log10(signal / noise);
        Assert.True(measured > sqnr, $"{measured} dB");
        Assert.True(agreed >= agreement * Judged, $"{agreed} of {Judged} agree");
        // The simulation that weights were rounded by is the arithmetic that runs.
        Assert.InRange(quantized.Report[^1].SqnrDb, measured - 2, measured + 2);
    }

    [SkippableFact]
    public void WhatIsSavedIsReadBackAndIsTheSameEveryTime()
    {
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require("models/fashion_cnn.onnx"));
        using DataSource calibration = Open("train-images-first10000-idx3-ubyte.gz", network);
        var options = new QuantizeOptions { Name = "Fashion", Bits = 4, WeightBits = 3, Samples = 16 };
        QuantizedNetwork quantized = Quantizer.Quantize(network, calibration, options);
        string folder = Directory.CreateTempSubdirectory("bitkernel").FullName;
        try
        {
            string path = quantized.Save(folder);

            Assert.Equal(["Fashion.bitprofile", "Fashion.safetensors"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
            ProfileReading reading = ProfileReader.Read(File.ReadAllText(path));
            Assert.Empty(reading.Diagnostics);
            Assert.Equal(quantized.Profile, reading.Profile);
            Assert.Equal(quantized.Profile.Weights.Sha256, SafeTensors.ReadFile(Path.Combine(folder, "Fashion.safetensors")).Sha256);
            QuantizedNetwork again = Quantizer.Quantize(network, calibration, options);
            Assert.Equal(quantized.Profile, again.Profile);
            Assert.Equal(quantized.Weights, again.Weights);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static DataSource Open(string file, FloatNetwork network) => DataSource.Open(
        $"idx:{SharedData.Require($"data/fashion-mnist/{file}")}", new SampleShape(network.Height, network.Width, network.Channels));

    private static Network Resolve(BitProfile profile)
    {
        Resolution resolution = NetworkResolver.Resolve(profile);
        Assert.Empty(resolution.Issues);
        return resolution.Network!;
    }
}

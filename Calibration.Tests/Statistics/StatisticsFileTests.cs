using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Tests.Statistics;

public sealed class StatisticsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernel").FullName;

    private string Path => System.IO.Path.Combine(_folder, "part");

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        ModelStatistics written = Statistics();

        StatisticsFile.Write(Path, written);
        ModelStatistics read = StatisticsFile.Read(Path);

        Assert.Equal([Path], Directory.GetFiles(_folder));
        Assert.Equal((written.ModelSha256, written.Input, written.Samples), (read.ModelSha256, read.Input, read.Samples));
        Assert.Equal(written.Tensors.Keys.Order(), read.Tensors.Keys.Order());
        foreach ((string name, TensorStatistics tensor) in written.Tensors)
        {
            Assert.True(tensor.Values.HasSame(read.Tensors[name].Values));
            Assert.True(tensor.Peaks.HasSame(read.Tensors[name].Peaks));
            Assert.Equal(tensor.MeanPeak, read.Tensors[name].MeanPeak);
        }

        Assert.Equal(StatisticsFile.ToBytes(written), StatisticsFile.ToBytes(read));
    }

    [Fact]
    public void EveryTruncationAndEveryChangedByteIsRefused()
    {
        byte[] bytes = StatisticsFile.ToBytes(Statistics());
        for (int length = 0; length < bytes.Length; length += 1 + (length / 20))
            Assert.Throws<StatisticsException>(() => StatisticsFile.FromBytes(bytes[..length]));
        for (int at = 0; at < bytes.Length; at += 1 + (at / 20))
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            Assert.Throws<StatisticsException>(() => StatisticsFile.FromBytes(changed));
        }
    }

    [Fact]
    public void AnotherVersionIsNamed()
    {
        byte[] bytes = StatisticsFile.ToBytes(Statistics());
        bytes[7] = (byte)'2';

        Assert.Contains("version '2'", Assert.Throws<StatisticsException>(() => StatisticsFile.FromBytes(bytes)).Message);
        File.WriteAllText(Path, "something else");
        Assert.Contains(Path, Assert.Throws<StatisticsException>(() => StatisticsFile.Read(Path)).Message);
    }

    [Theory]
    [InlineData("other model", "bytes", "a b", "SHA-256")]
    [InlineData("model", "float32", "a b", "input is 'float32', not 'bytes'")]
    [InlineData("model", "bytes", "a c", "tensors is 'a, c', not 'a, b'")]
    public void WhatDiffersIsSaid(string model, string input, string tensors, string message)
    {
        ModelStatistics statistics = Statistics();
        byte[] before = StatisticsFile.ToBytes(statistics);

        var exception = Assert.Throws<StatisticsException>(() => statistics.Add(Statistics(model, input, tensors)));

        Assert.Contains(message, exception.Message);
        Assert.Equal(before, StatisticsFile.ToBytes(statistics));
    }

    /// <summary>Files of parts, added in any order, are the file of one pass, byte for byte.</summary>
    [SkippableFact]
    public void PartsOfANetworksStatisticsAddUpToOnePass()
    {
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require("models/fashion_cnn.onnx"));
        using DataSource data = DataSource.Open(
            $"idx:{SharedData.Require("data/fashion-mnist/train-images-first10000-idx3-ubyte.gz")}",
            new SampleShape(network.Height, network.Width, network.Channels));
        var options = new QuantizeOptions { Name = "Fashion", Samples = 50, Normalization = Normalizer.Create(1, [0.2860], [0.3530]) };
        ModelStatistics[] parts = [.. Enumerable.Range(1, 3).Select(part => StatisticsCollector.Collect(network, data, options, part, 3))];
        byte[] whole = StatisticsFile.ToBytes(StatisticsCollector.Collect(network, data, options, 1, 1));
        Assert.Equal([17, 17, 16], parts.Select(part => part.Samples));
        Assert.All(parts, part => Assert.NotEqual(whole, StatisticsFile.ToBytes(part)));

        foreach (int[] order in (int[][])[[0, 1, 2], [2, 0, 1], [1, 2, 0]])
        {
            ModelStatistics sum = StatisticsFile.FromBytes(StatisticsFile.ToBytes(parts[order[0]]));
            sum.Add(parts[order[1]]);
            sum.Add(parts[order[2]]);
            Assert.Equal(whole, StatisticsFile.ToBytes(sum));
        }

        QuantizedNetwork fromFile = Quantizer.Quantize(network, data, options with { Statistics = StatisticsFile.FromBytes(whole) });
        // Given statistics are of the model's own tensors: its channels are not rescaled.
        QuantizedNetwork fromPass = Quantizer.Quantize(network, data, options with { Recipe = new Recipe { ChannelSteps = 0 } });
        Assert.Equal(fromPass.Profile, fromFile.Profile);
        Assert.Equal(fromPass.Weights, fromFile.Weights);
        Assert.NotEmpty(fromPass.Tensors);
        Assert.All(fromPass.Tensors, tensor => Assert.Equal(50L * tensor.Elements, tensor.Histogram.Counts.Sum()));
        Assert.Throws<StatisticsException>(() => Quantizer.Quantize(network, data, options with { Statistics = Statistics() }));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ModelStatistics Statistics(string model = "model", string input = "bytes", string tensors = "a b")
    {
        var statistics = new ModelStatistics(model, input, tensors.Split(' ').ToDictionary(name => name, _ => new TensorStatistics()));
        statistics.CountSamples(2);
        foreach (TensorStatistics tensor in statistics.Tensors.Values)
            tensor.Add(Distributions.Draw("two-sided", 400), 2);
        return statistics;
    }
}

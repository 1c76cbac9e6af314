using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Records;

namespace BitKernelGen.Calibration.Tests.Records;

public class CalibrationRecorderTests
{
    [SkippableFact]
    public void TheRecordHoldsWhatQuantizationSawAndChose()
    {
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require("models/fashion_cnn.onnx"));
        using DataSource data = DataSource.Open(
            $"idx:{SharedData.Require("data/fashion-mnist/t10k-images-idx3-ubyte.gz")}", new SampleShape(network.Height, network.Width, network.Channels));

        var options = new QuantizeOptions { Name = "Fashion", Bits = 3, WeightBits = 4, Samples = 16, Normalization = Normalizer.Create(1, [0.2860], [0.3530]) };
        QuantizedNetwork quantized = Quantizer.Quantize(network, data, options);

        CalibrationRecord record = CalibrationRecorder.Record(quantized, options);
        Assert.Equal(quantized.Profile.Weights.Sha256, record.WeightsSha256);
        Assert.Equal(16, record.Samples);
        Assert.Equal(network.Layers.Select(layer => layer.Spec.Name), record.Layers.Select(layer => layer.Name));
        Assert.Equal(
            quantized.Profile.Layers.Where(layer => (layer.Code ?? layer.Skip) is not null).Select(layer => layer.Name),
            record.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(14 * 14 * 16, record.Tensors[0].Elements);
        Assert.All(record.Tensors, tensor =>
        {
            Assert.Equal(16 * tensor.Elements, tensor.Histogram.Counts.Sum());
            Assert.Equal(Enumerable.Range(1, 8), tensor.Curve.Select(code => code.Bits));
            Assert.All(tensor.Curve.Zip(tensor.Curve.Skip(1)), pair => Assert.True(pair.First.Distortion > pair.Second.Distortion));
            Assert.Equal(tensor.Max, tensor.Histogram.Low + (tensor.Histogram.Width * tensor.Histogram.Counts.Count), 1e-6 * tensor.Max);
            Assert.True((tensor.Code ?? tensor.Skip) is { SqnrDb: > 5, PsnrDb: > 20 });
        });
        Assert.All(record.Tensors.Where(tensor => tensor.Code is not null), tensor => Assert.Equivalent(tensor.Curve[tensor.Code!.Bits - 1], tensor.Code));
        Assert.InRange(record.Layers[1].WeightSqnrDb!.Value, 5, 30);
        Assert.InRange(record.Layers[^1].SqnrDb!.Value, 5, 40);
    }
}

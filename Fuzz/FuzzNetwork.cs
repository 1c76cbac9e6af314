using System.Text.Json;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Calibration.Tests.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Fuzz;

/// <summary>A small quantized network with a layer for each kind of kernel with weights, its bounds proved from its weights.</summary>
internal sealed record FuzzNetwork(Network Network, string Text, byte[] Weights, byte[] Record)
{
    private static readonly (string, object) Pads = ("pads", new long[] { 1, 1, 1, 1 });

    public static FuzzNetwork Create()
    {
        var options = new QuantizeOptions { Name = "Fuzz", Bits = 4, WeightBits = 4, Samples = 8 };
        QuantizedNetwork quantized = Quantizer.Quantize(OnnxImporter.Import(Onnx()), Inputs(), options);
        BitProfile profile = quantized.Profile with
        {
            Layers = new(quantized.Profile.Layers.Select(layer => layer with
            {
                KernelStrategy = layer.Name switch { "second" => "winograd-4x4", "third" => "winograd-2x2", _ => layer.KernelStrategy },
            })),
        };
        string text = ProfileWriter.Write(profile);
        ProfileReading reading = ProfileReader.Read(text);
        return reading.Network is { } network
            ? new FuzzNetwork(network, text, quantized.Weights, Json(CalibrationRecorder.Record(quantized, options)))
            : throw new InvalidOperationException(string.Join('\n', reading.Diagnostics.Select(diagnostic => diagnostic.Message)));
    }

    /// <summary>The float network.</summary>
    public static byte[] Onnx()
    {
        var net = new OnnxModelBuilder(4, 8, 8);
        string first = net.Node("Relu", [net.Conv(OnnxModelBuilder.Input, "first", 16, 4, 3, Pads)]);
        string second = net.Node("Relu", [net.Conv(first, "second", 16, 16, 3, Pads)]);
        string third = net.Node("Relu", [net.Node("Add", [net.Conv(second, "third", 16, 16, 3, Pads), first])]);
        string fourth = net.Node("Relu", [net.Conv(third, "fourth", 16, 1, 3, Pads, ("group", 16))]);
        string fifth = net.Node("PRelu", [net.Conv(fourth, "fifth", 8, 4, 3, ("group", 4)), net.Weights("slopes", 8, 1, 1)]);
        return net.Build(net.Node("Gemm", [net.Node("Flatten", [net.Node("GlobalAveragePool", [fifth])]), net.Weights("sixth.weight", 5, 8)], ("transB", 1)));
    }

    private static byte[] Json(CalibrationRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, CalibrationRecordJson.Default.CalibrationRecord);

    private static float[][] Inputs()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, 8 * 8 * 4).Select(_ => (float)(random.NextDouble() * 4) - 2).ToArray())];
    }
}

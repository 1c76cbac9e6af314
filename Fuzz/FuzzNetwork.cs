using System.Text.Json;
using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Calibration.Tests.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Fuzz;

/// <summary>A small quantized network, its bounds proved from its weights.</summary>
internal sealed record FuzzNetwork(Network Network, string Text, byte[] Weights, byte[] Record)
{
    private static readonly (string, object) Pads = ("pads", new long[] { 1, 1, 1, 1 });

    // No code reaches levels 2 and 13 of 15.
    private static readonly EquatableArray<double> Uneven = new(6.0, 5.0, 3.0, 1.0);

    /// <summary>A layer for each kind of kernel with weights.</summary>
    public static FuzzNetwork Fast { get; } = Create(
        Onnx(),
        new() { Name = "Fuzz", Bits = 4, WeightBits = 4, Samples = 8 },
        layer => layer with { KernelStrategy = layer.Name switch { "second" => "winograd-4x4", "third" => "winograd-2x2", _ => layer.KernelStrategy } });

    /// <summary>
    /// A plan for memory: two layers in turns by rows, Winograd with weights in halves and with packed ones, tables of products, codes
    /// whose levels are not even, a product of tensors.
    /// </summary>
    public static FuzzNetwork Small { get; } = Create(
        SmallOnnx(),
        new()
        {
            Name = "FuzzSmall",
            Bits = 4,
            WeightBits = 4,
            EdgeWeightBits = 4,
            LayerBits = new Dictionary<string, int> { ["fifth"] = 2 },
            LayerWeightBits = new Dictionary<string, int> { ["third"] = 8, ["sixth"] = 2 },
            Prefer = Preference.Memory,
            Levels = LevelSpacing.Even,
            Samples = 4,
        },
        layer => layer.Name switch
        {
            "second" => layer with { Code = layer.Code! with { Coefficients = Uneven } },
            "third" => layer with { Code = layer.Code! with { Coefficients = Uneven }, KernelStrategy = "winograd-4x4" },
            "fourth" => layer with { KernelStrategy = "winograd-4x4" },
            "sixth" => layer with { KernelStrategy = "activation-tables" },
            _ => layer,
        });

    private static FuzzNetwork Create(byte[] onnx, QuantizeOptions options, Func<LayerSpec, LayerSpec> change)
    {
        FloatNetwork model = OnnxImporter.Import(onnx);
        QuantizedNetwork quantized = Quantizer.Quantize(model, Inputs(model.Height * model.Width * model.Channels, options.Samples), options);
        string text = ProfileWriter.Write(quantized.Profile with { Layers = new(quantized.Profile.Layers.Select(change)) });
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

    private static byte[] SmallOnnx()
    {
        var net = new OnnxModelBuilder(4, 48, 48);
        string Relu(string x) => net.Node("Relu", [x]);
        string second = Relu(net.Conv(Relu(net.Conv(OnnxModelBuilder.Input, "first", 64, 4, 1)), "second", 8, 64, 1));
        string pooled = net.Node("MaxPool", [second], ("kernel_shape", new long[] { 6, 6 }), ("strides", new long[] { 6, 6 }));
        string fourth = Relu(net.Conv(Relu(net.Conv(pooled, "third", 96, 8, 3, Pads)), "fourth", 128, 96, 3, Pads));
        string fifth = Relu(net.Conv(fourth, "fifth", 16, 128, 1));
        string gate = net.Node("Sigmoid", [net.Conv(net.Node("GlobalAveragePool", [fifth]), "gate", 16, 16, 1)]);
        string sum = Relu(net.Node("Add", [net.Node("Mul", [fifth, gate]), net.Conv(fifth, "sixth", 16, 16, 3, Pads)]));
        return net.Build(net.Node("Gemm", [net.Node("Flatten", [net.Node("GlobalAveragePool", [sum])]), net.Weights("seventh.weight", 5, 16)], ("transB", 1)));
    }

    private static byte[] Json(CalibrationRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, CalibrationRecordJson.Default.CalibrationRecord);

    private static float[][] Inputs(int length, int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 4) - 2).ToArray())];
    }
}

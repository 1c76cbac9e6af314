using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Tests.Onnx;

namespace BitKernelGen.Calibration.Tests.Quantize;

/// <summary>A small network in which channels are joined in every way: additions, pools, concatenation, depthwise, flatten.</summary>
internal static class ResidualModel
{
    private const long Channels = 8;

    /// <summary>Imports it.</summary>
    public static FloatNetwork Import()
    {
        var model = new OnnxModelBuilder(3, 12, 12);
        (string, object) pad = ("pads", new long[] { 1, 1, 1, 1 });
        string stem = Relu(model, model.Conv(OnnxModelBuilder.Input, "stem", Channels, 3, 3, pad));
        string first = Relu(model, model.Conv(stem, "first", Channels, Channels, 3, pad));
        string second = model.Conv(first, "second", Channels, Channels, 3, pad);
        string sum = Relu(model, model.Node("Add", [second, stem]));
        string depthwise = Relu(model, model.Conv(sum, "depthwise", Channels, 1, 3, pad, ("group", (int)Channels)));
        string pointwise = Relu(model, model.Conv(depthwise, "pointwise", Channels, Channels, 1));
        string joined = model.Node("Concat", [pointwise, sum], ("axis", 1));
        string pooled = model.Node("MaxPool", [joined], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        string last = Relu(model, model.Conv(pooled, "last", 6, 2 * Channels, 3));
        string mean = model.Node("GlobalAveragePool", [last]);
        string flat = model.Node("Flatten", [mean]);
        return OnnxImporter.Import(model.Build(model.Node("Gemm", [flat, model.Weights("head", 6, 5), model.Weights("bias", 5)])));
    }

    /// <summary>Random inputs, height-width-channel.</summary>
    public static List<float[]> Samples(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 3 * 12 * 12).Select(_ => (random.NextSingle() * 2) - 1).ToArray())];
    }

    private static string Relu(OnnxModelBuilder model, string input) => model.Node("Relu", [input]);
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>
/// What stands for a tensor of the network in the exported graph: levels (uint8) of its code and of its skip code, or, where it
/// has neither, float32. Rows and columns come after the channels; a vector [batch, channels] has neither.
/// </summary>
internal sealed class ExportedTensor(GraphBuilder graph, Tensor tensor, string name, bool isVector)
{
    private ExportedTensor? _image;
    private ExportedTensor? _vector;
    private string? _products;
    private string? _sums;

    /// <summary>The network's tensor.</summary>
    public Tensor Tensor => tensor;

    /// <summary>Whether it has no rows and columns.</summary>
    public bool IsVector => isVector;

    /// <summary>Levels of the code.</summary>
    public string? Code { get; init; }

    /// <summary>Levels of the skip code.</summary>
    public string? Skip { get; init; }

    /// <summary>float32, where there are no levels.</summary>
    public string? Values { get; init; }

    /// <summary>The values that multiplications read.</summary>
    public string ForProducts => _products ??= Dequantized(Code!, tensor.Code!, "value");

    /// <summary>The values that sums, averages and the model's output read.</summary>
    public string ForSums => Values ?? (Skip is null ? ForProducts : _sums ??= Dequantized(Skip, tensor.Skip!, "skip/value"));

    /// <summary>With rows and columns.</summary>
    public ExportedTensor AsImage =>
        !isVector ? this : _image ??= Move(tensor, $"{name}/image", false, (from, to, _) => graph.Node("Unsqueeze", to, [from, graph.Integers(2, 3)]));

    /// <summary>Without them: all elements, ordered by row, column, channel.</summary>
    public ExportedTensor AsVector => isVector ? this : _vector ??= Flattened();

    /// <summary>Moves elements as they are, whatever they are: the levels of each code, or float32.</summary>
    /// <param name="output">The tensor moved to, whose codes are this one's.</param>
    /// <param name="outputName">What the new tensors' names begin with.</param>
    /// <param name="toVector">Whether the result has no rows and columns.</param>
    /// <param name="move">From an input, an output's name and the code's zero (null for float32) to that output.</param>
    public ExportedTensor Move(Tensor output, string outputName, bool toVector, Func<string, string, byte?, string> move)
    {
        string? Moved(string? from, Code? code, string suffix) =>
            from is null ? null : move(from, $"{outputName}/{suffix}", code is null ? null : QuantizeNodes.EvenOf(tensor, code).Zero);
        return new ExportedTensor(graph, output, outputName, toVector)
        {
            Code = Moved(Code, tensor.Code, "level"),
            Skip = Moved(Skip, tensor.Skip, "skip/level"),
            Values = Moved(Values, null, "value"),
        };
    }

    private ExportedTensor Flattened()
    {
        ExportedTensor ordered = tensor is { Height: 1, Width: 1 } ? this
            : Move(tensor, $"{name}/hwc", false, (from, to, _) => graph.Node("Transpose", to, [from], ("perm", new[] { 0, 2, 3, 1 })));
        return ordered.Move(tensor, $"{name}/flat", true, (from, to, _) => graph.Node("Flatten", to, [from]));
    }

    private string Dequantized(string levels, Code code, string suffix) => tensor.IsByChannel
        ? QuantizeNodes.DequantizeInput(graph, tensor, levels, isVector, $"{name}/{suffix}")
        : QuantizeNodes.Dequantize(graph, levels, QuantizeNodes.EvenOf(tensor, code), $"{name}/{suffix}");
}

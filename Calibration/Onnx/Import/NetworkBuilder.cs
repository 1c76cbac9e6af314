using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>The network so far: what each ONNX tensor has become. Operators read their inputs from it and define their output.</summary>
/// <param name="graph">The graph.</param>
/// <param name="input">Its input.</param>
/// <param name="fileBytes">Bytes of the model's file, which limit how often its constants can be read.</param>
internal sealed class NetworkBuilder(OnnxGraph graph, TensorView input, long fileBytes)
{
    private const long ElementsOfAFile = 1 << 22;
    private const long ElementsOfAByte = 4;

    // Far above any real tensor, far below where a product of two sizes leaves an int.
    private const long LongestTensor = 1 << 28;

    private readonly Dictionary<string, TensorView> _tensors = new() { [graph.Input.Name] = input };
    private readonly Dictionary<string, TensorProto> _constants = new(graph.Initializers);
    private readonly LayerNames _names = new();
    private long _left = ElementsOfAFile + (ElementsOfAByte * fileBytes);

    public List<DraftLayer> Layers { get; } = [];

    /// <summary>Integer tensors that are computed from shapes.</summary>
    public Dictionary<string, long[]> Shapes { get; } = [];

    /// <summary>The version of the operators.</summary>
    public int Opset => graph.Opset;

    public bool IsConstant(string tensor) => _constants.ContainsKey(tensor);

    public bool IsTensor(string tensor) => _tensors.ContainsKey(tensor);

    /// <summary>Whether a dimension of a shape stands for the batch: 0 copies it, −1 infers it where the rest is given.</summary>
    public bool IsBatch(long dimension) => dimension is 0 or -1 or ShapeArithmetic.Batch || (dimension == 1 && graph.HasFixedBatch);

    public static bool HasInput(NodeProto node, int index) => index < node.Input.Count && node.Input[index].Length > 0;

    /// <summary>The tensor that the node reads, without rows and columns of padding.</summary>
    public TensorView Input(NodeProto node, int index)
    {
        TensorView view = PaddedInput(node, index);
        if (view.IsChannelsLast)
        {
            throw OnnxImportException.At(
                node, $"its input is transposed to [N, H, W, C]", "Only a flatten or a transposition back can follow; export with channels first");
        }

        if (view.Border != default)
        {
            throw OnnxImportException.At(
                node, "it reads rows or columns of zeros that a Pad node added", "Only convolutions can take over spatial padding");
        }

        return view;
    }

    /// <summary>The tensor that the node reads; the caller takes over its <see cref="TensorView.Border"/>.</summary>
    public TensorView PaddedInput(NodeProto node, int index)
    {
        string name = RequiredInput(node, index);
        if (_tensors.TryGetValue(name, out TensorView? view))
            return view;
        string kind = _constants.ContainsKey(name) ? "is a constant"
            : Shapes.ContainsKey(name) ? "is a shape" : "is not computed before it";
        throw OnnxImportException.At(
            node, $"its input '{name}' {kind}", "Simplify the model (for example with onnxsim) and export it again");
    }

    public TensorProto Constant(NodeProto node, int index)
    {
        string name = RequiredInput(node, index);
        if (!_constants.TryGetValue(name, out TensorProto? constant))
        {
            throw OnnxImportException.At(
                node, $"its input '{name}' is not a constant", "Export the model with constants folded (for example with onnxsim)");
        }

        Spend(node, TensorData.HeldElements(constant));
        return constant;
    }

    /// <summary>
    /// Counts elements that are made of a constant: a small file could ask for one to be read, or a single number to be repeated, any
    /// number of times.
    /// </summary>
    public void Spend(NodeProto node, long elements)
    {
        _left -= elements;
        if (_left < 0)
            throw OnnxImportException.At(node, "constants are read or repeated more often than a file of this size can need", "Export the model again");
    }

    /// <summary>The integers of an input that may be absent.</summary>
    public long[]? OptionalIntegers(NodeProto node, int index) =>
        HasInput(node, index) ? TensorData.Integers(node, Constant(node, index)) : null;

    public void DefineConstant(NodeProto node, TensorProto constant)
    {
        CheckOutput(node);
        _constants.Add(node.Output[0], constant);
    }

    public void DefineShape(NodeProto node, long[] values)
    {
        CheckOutput(node);
        Shapes.Add(node.Output[0], values);
    }

    /// <summary>Whether the node may be folded into the layer that computes its input: nobody else reads that layer's sums.</summary>
    public bool IsSoleReader(NodeProto node, int index, TensorView view) => !view.IsShared && graph.Reads(node.Input[index]) == 1;

    /// <summary>The node's output is its input, seen differently.</summary>
    public void DefineView(NodeProto node, int index, TensorView view)
    {
        bool shared = view.IsShared || graph.Reads(node.Input[index]) > 1;
        Define(node, view with { IsShared = shared });
    }

    /// <summary>The node has been folded into <paramref name="view"/>'s layer.</summary>
    public void DefineFolded(NodeProto node, TensorView view)
    {
        view.Layer!.OnnxOutput = node.Output[0];
        Define(node, view with { Height = view.Layer.Height, Width = view.Layer.Width });
    }

    /// <summary>The node computes a layer.</summary>
    public void DefineLayer(NodeProto node, DraftLayer layer, int rank)
    {
        CheckLength(node, layer.Height, layer.Width, layer.Channels);
        Define(node, new TensorView(layer, layer.Height, layer.Width, layer.Channels, rank));
        layer.OnnxOutput = node.Output[0];
        Layers.Add(layer);
    }

    public string NameFor(NodeProto node, LayerOp op, string? weights = null) => _names.Choose(node, op, weights);

    public TensorView Result(string name) => _tensors.TryGetValue(name, out TensorView? view) ? view
        : throw new OnnxImportException($"The model's output '{name}' is computed by no node from the input.");

    public static void CheckLength(NodeProto? node, long height, long width, long channels)
    {
        bool fits = height is > 0 and <= LongestTensor && width is > 0 and <= LongestTensor && channels is > 0 and <= LongestTensor
            && height * width <= LongestTensor && height * width * channels <= LongestTensor;
        if (fits)
            return;
        string problem = $"a tensor of {height} x {width} x {channels} elements is out of range";
        throw node is null ? new OnnxImportException($"The model's input: {problem}.")
            : OnnxImportException.At(node, problem, $"Height, width and channels are at least 1, their product at most {LongestTensor}");
    }

    private void Define(NodeProto node, TensorView view)
    {
        CheckOutput(node);
        _tensors.Add(node.Output[0], view);
    }

    private void CheckOutput(NodeProto node)
    {
        string output = node.Output.FirstOrDefault() ?? "";
        if (output.Length == 0)
            throw OnnxImportException.At(node, "it has no output", "Export the model again");
        if (_tensors.ContainsKey(output) || _constants.ContainsKey(output) || Shapes.ContainsKey(output))
            throw OnnxImportException.At(node, $"its output '{output}' is written twice", "Export the model again");
        string? second = node.Output.Skip(1).FirstOrDefault(o => graph.Reads(o) > 0 && o.Length > 0);
        if (second is not null)
            throw OnnxImportException.At(node, $"its second output '{second}' is read", "Only the first output can be imported");
    }

    private static string RequiredInput(NodeProto node, int index) => HasInput(node, index) ? node.Input[index]
        : throw OnnxImportException.At(node, $"it has no input number {index + 1}", "Export the model again");
}

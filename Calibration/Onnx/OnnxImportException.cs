using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx;

/// <summary>A model that can't be imported: the message names the node and its operator where there is one, and the remedy.</summary>
public sealed class OnnxImportException : Exception
{
    /// <summary>A refusal of the model as a whole.</summary>
    public OnnxImportException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    private OnnxImportException(string message, string node, string op)
        : base(message)
    {
        Node = node;
        Operator = op;
    }

    /// <summary>The node that is refused, by its name or else by what it writes; null for the model as a whole.</summary>
    public string? Node { get; }

    /// <summary>The node's operator; null for the model as a whole.</summary>
    public string? Operator { get; }

    internal static OnnxImportException At(NodeProto node, string problem, string remedy)
    {
        string name = node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "";
        return new OnnxImportException($"Node '{name}' ({node.OpType}): {problem}. {remedy}.", name, node.OpType);
    }
}

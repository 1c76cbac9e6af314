using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Typed access to a node's attributes.</summary>
internal static class NodeAttributes
{
    public static AttributeProto? Find(this NodeProto node, string name) => node.Attribute.FirstOrDefault(a => a.Name == name);

    public static long Integer(this NodeProto node, string name, long otherwise) =>
        node.Find(name, AttributeProto.Types.AttributeType.Int)?.I ?? otherwise;

    public static float Number(this NodeProto node, string name, float otherwise) =>
        node.Find(name, AttributeProto.Types.AttributeType.Float)?.F ?? otherwise;

    public static string Text(this NodeProto node, string name, string otherwise) =>
        node.Find(name, AttributeProto.Types.AttributeType.String)?.S.ToStringUtf8() ?? otherwise;

    public static long[]? Integers(this NodeProto node, string name) =>
        node.Find(name, AttributeProto.Types.AttributeType.Ints)?.Ints.ToArray();

    private static AttributeProto? Find(this NodeProto node, string name, AttributeProto.Types.AttributeType type)
    {
        AttributeProto? attribute = node.Find(name);
        if (attribute is not null && attribute.Type != type)
        {
            throw OnnxImportException.At(
                node, $"the attribute '{name}' is {attribute.Type} and not {type}", "Export the model again with explicit attribute types");
        }

        return attribute;
    }
}

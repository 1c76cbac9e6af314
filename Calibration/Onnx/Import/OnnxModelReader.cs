using BitKernelGen.Calibration.Onnx.Proto;
using Google.Protobuf;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Reads the bytes of an ONNX file as far as every importable model must agree.</summary>
internal static class OnnxModelReader
{
    private const int OldestOpset = 11;
    private const int NewestOpset = 21;

    public static ModelProto Read(byte[] bytes)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new OnnxImportException($"This is not an ONNX model: {e.Message}", e);
        }

        if (model.Graph is null || model.Graph.Node.Count == 0)
            throw new OnnxImportException("This is not an ONNX model: it has no graph with nodes.");
        CheckOpset(model);
        return model;
    }

    /// <summary>ONNX Runtime would read the files that a model names, wherever they are.</summary>
    public static void RequireInside(ModelProto model)
    {
        TensorProto? outside = model.Graph.Initializer.Concat(model.Graph.Node.SelectMany(node => node.Attribute).Select(attribute => attribute.T).OfType<TensorProto>())
            .FirstOrDefault(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External);
        if (outside is not null)
            throw new OnnxImportException($"The constant '{outside.Name}' is stored outside the file. Export the model with its weights inside the file.");
    }

    /// <summary>The version of the standard operators.</summary>
    public static int Opset(ModelProto model) => (int)model.OpsetImport.First(set => IsStandardDomain(set.Domain)).Version;

    public static bool IsStandardDomain(string domain) => domain is "" or "ai.onnx";

    private static void CheckOpset(ModelProto model)
    {
        OperatorSetIdProto? standard = model.OpsetImport.FirstOrDefault(set => IsStandardDomain(set.Domain));
        if (standard is null)
            throw new OnnxImportException("The model names no version of the standard ONNX operators (opset_import).");
        if (standard.Version is < OldestOpset or > NewestOpset)
        {
            throw new OnnxImportException(
                $"The model uses ONNX opset {standard.Version}; {OldestOpset} to {NewestOpset} can be imported. "
                + "Export it with opset 17, or convert it with onnx.version_converter.");
        }
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BitKernelGen.Calibration.Onnx.Proto;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>The elements of constant tensors. Nothing is allocated that the file does not hold.</summary>
internal static class TensorData
{
    private const string ExportAsFloat = "Export the model in float32 with its weights inside the file";

    public static int[] Shape(NodeProto node, TensorProto tensor)
    {
        if (tensor.Dims.Any(d => d is < 0 or > int.MaxValue))
            throw Malformed(node, tensor, "has a dimension out of range");
        return tensor.Dims.Select(d => (int)d).ToArray();
    }

    /// <summary>At least as many elements as the file holds of it.</summary>
    public static long HeldElements(TensorProto tensor) =>
        (tensor.RawData.Length / sizeof(float)) + tensor.FloatData.Count + tensor.Int64Data.Count + tensor.Int32Data.Count;

    public static float[] Floats(NodeProto node, TensorProto tensor)
    {
        if (tensor.DataType != (int)TensorProto.Types.DataType.Float)
        {
            throw OnnxImportException.At(
                node, $"the constant '{tensor.Name}' has elements of type {(TensorProto.Types.DataType)tensor.DataType}", ExportAsFloat);
        }

        float[] values;
        if (tensor.RawData.Length > 0)
        {
            CheckCount(node, tensor, tensor.RawData.Length / (double)sizeof(float));
            values = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
        }
        else
        {
            CheckCount(node, tensor, tensor.FloatData.Count);
            values = [.. tensor.FloatData];
        }

        if (!values.All(float.IsFinite))
            throw Malformed(node, tensor, "holds a NaN or an infinity");
        return values;
    }

    /// <summary>A limit such as Clip's may be infinite.</summary>
    public static float Scalar(NodeProto node, TensorProto tensor)
    {
        if (tensor.DataType != (int)TensorProto.Types.DataType.Float)
            throw OnnxImportException.At(node, $"the constant '{tensor.Name}' is not float32", ExportAsFloat);
        if (tensor.RawData.Length == sizeof(float))
            return BinaryPrimitives.ReadSingleLittleEndian(tensor.RawData.Span);
        if (tensor.RawData.Length == 0 && tensor.FloatData.Count == 1)
            return tensor.FloatData[0];
        throw Malformed(node, tensor, "is not a single number");
    }

    public static long[] Integers(NodeProto node, TensorProto tensor)
    {
        switch ((TensorProto.Types.DataType)tensor.DataType)
        {
            case TensorProto.Types.DataType.Int64 when tensor.RawData.Length > 0:
                CheckCount(node, tensor, tensor.RawData.Length / (double)sizeof(long));
                return MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray();
            case TensorProto.Types.DataType.Int64:
                CheckCount(node, tensor, tensor.Int64Data.Count);
                return [.. tensor.Int64Data];
            case TensorProto.Types.DataType.Int32 when tensor.RawData.Length > 0:
                CheckCount(node, tensor, tensor.RawData.Length / (double)sizeof(int));
                return Array.ConvertAll(MemoryMarshal.Cast<byte, int>(tensor.RawData.Span).ToArray(), i => (long)i);
            case TensorProto.Types.DataType.Int32:
                CheckCount(node, tensor, tensor.Int32Data.Count);
                return tensor.Int32Data.Select(i => (long)i).ToArray();
            default:
                throw Malformed(node, tensor, "does not hold integers");
        }
    }

    private static void CheckCount(NodeProto node, TensorProto tensor, double held)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            throw OnnxImportException.At(node, $"the constant '{tensor.Name}' is stored outside the file", ExportAsFloat);
        double expected = 1;
        foreach (int d in Shape(node, tensor))
            expected *= d;
        if (held != expected)
            throw Malformed(node, tensor, $"has {expected} elements by its shape and {held} by its data");
    }

    private static OnnxImportException Malformed(NodeProto node, TensorProto tensor, string problem) =>
        OnnxImportException.At(node, $"the constant '{tensor.Name}' {problem}", "Export the model again");
}

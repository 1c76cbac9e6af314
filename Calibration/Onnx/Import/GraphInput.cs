using BitKernelGen.Calibration.Onnx.Proto;
using Dimension = BitKernelGen.Calibration.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>The shape of the graph's input: [N, C, H, W], [N, C, W] or [N, K], all known but the batch.</summary>
internal static class GraphInput
{
    public static TensorView Read(ValueInfoProto input)
    {
        TypeProto.Types.Tensor? type = input.Type?.TensorType;
        if (type is null || type.ElemType != (int)TensorProto.Types.DataType.Float)
            throw new OnnxImportException($"The model's input '{input.Name}' is not a float32 tensor. Export the model in float32.");
        Dimension[] dims = [.. type.Shape?.Dim ?? []];
        if (dims.Length is < 2 or > 4)
        {
            throw new OnnxImportException(
                $"The model's input '{input.Name}' has {dims.Length} dimensions; [N, C, H, W], [N, C, W] or [N, K] can be imported.");
        }

        if (dims[0].ValueCase == Dimension.ValueOneofCase.DimValue && dims[0].DimValue is not (-1 or 0 or 1))
        {
            throw new OnnxImportException(
                $"The model's input '{input.Name}' has a fixed batch of {dims[0].DimValue}. Export it with a batch of 1 or a dynamic one.");
        }

        if (dims.Skip(1).Any(d => d.ValueCase != Dimension.ValueOneofCase.DimValue || d.DimValue < 1))
        {
            throw new OnnxImportException(
                $"The model's input '{input.Name}' has dynamic dimensions besides the batch. Export it for one height and width, "
                + "or fix them (python -m onnxruntime.tools.make_dynamic_shape_fixed).");
        }

        long[] sizes = [.. dims.Skip(1).Select(d => d.DimValue)];
        (long channels, long height, long width) = sizes.Length switch
        {
            1 => (sizes[0], 1L, 1L),
            2 => (sizes[0], 1L, sizes[1]),
            _ => (sizes[0], sizes[1], sizes[2]),
        };
        NetworkBuilder.CheckLength(null, height, width, channels);
        return new TensorView(null, (int)height, (int)width, (int)channels, dims.Length);
    }
}

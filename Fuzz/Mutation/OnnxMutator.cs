using BitKernelGen.Calibration.Onnx.Proto;
using Google.Protobuf;
using Dimension = BitKernelGen.Calibration.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace BitKernelGen.Fuzz.Mutation;

/// <summary>Changes of an ONNX graph: what a program that writes ONNX could get wrong, or could be made to.</summary>
internal static class OnnxMutator
{
    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 3, 4, 5, 7, 8, 16, 255, 32767, 32768, 65535, 65536, 1 << 20, 1 << 26, 1 << 28, int.MaxValue, (long)int.MaxValue + 1, 1L << 32, 1L << 62,
        long.MaxValue, int.MinValue, long.MinValue, -2,
    ];

    private static readonly float[] Floats = [0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.Epsilon, float.MaxValue, 1e-30f, 1e30f];

    private static readonly string[] Attributes =
    [
        "kernel_shape", "strides", "pads", "dilations", "group", "axis", "axes", "auto_pad", "ceil_mode", "count_include_pad", "alpha", "beta", "transA",
        "transB", "epsilon", "keepdims", "perm", "mode", "min", "max", "value", "value_ints", "to", "start", "end", "training_mode", "allowzero",
    ];

    private static readonly string[] Operators =
    [
        "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Constant", "Conv", "Div", "Dropout", "Flatten", "Gemm", "GlobalAveragePool",
        "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "MatMul", "MaxPool", "Mul", "PRelu", "Pad", "ReduceMean", "Relu", "Reshape",
        "Sigmoid", "Slice", "Softmax", "Squeeze", "Sub", "Transpose", "Unsqueeze", "Shape", "Gather", "Cast", "Loop", "",
    ];

    public static byte[] Mutate(byte[] input, Random random)
    {
        if (random.Next(4) == 0)
            return ByteMutator.Mutate(input, random);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(input);
        }
        catch (InvalidProtocolBufferException)
        {
            return ByteMutator.Mutate(input, random);
        }

        if (model.Graph is not { } graph || graph.Node.Count == 0)
            return ByteMutator.Mutate(input, random);
        Mutate(model, graph, random);
        return model.ToByteArray();
    }

    private static void Mutate(ModelProto model, GraphProto graph, Random random)
    {
        NodeProto node = Any(graph.Node, random);
        switch (random.Next(14))
        {
            case 0 when graph.Initializer.Count > 0:
                Change(Any(graph.Initializer, random), random);
                break;
            case 1 when graph.Initializer.Count > 0:
                graph.Initializer.RemoveAt(random.Next(graph.Initializer.Count));
                break;
            case 2 when graph.Initializer.Count > 0:
                graph.Initializer.Add(Any(graph.Initializer, random).Clone());
                break;
            case 3 when node.Attribute.Count > 0:
                Change(Any(node.Attribute, random), random);
                break;
            case 4:
                var attribute = new AttributeProto { Name = Attributes[random.Next(Attributes.Length)] };
                Change(attribute, random);
                node.Attribute.Add(attribute);
                break;
            case 5:
                node.OpType = Operators[random.Next(Operators.Length)];
                break;
            case 6:
                graph.Node.Remove(node);
                break;
            case 7:
                NodeProto copy = node.Clone();
                if (copy.Output.Count > 0)
                    copy.Output[0] += "'";
                graph.Node.Insert(random.Next(graph.Node.Count + 1), copy);
                break;
            case 8 when node.Input.Count > 0:
                // Cycles and reads of what is computed later among them.
                node.Input[random.Next(node.Input.Count)] = Name(graph, random);
                break;
            case 9 when node.Output.Count > 0:
                node.Output[random.Next(node.Output.Count)] = Name(graph, random);
                break;
            case 10:
                (random.Next(2) == 0 ? node.Input : node.Output).Add(Name(graph, random));
                break;
            case 11 when graph.Input.Count > 0 && graph.Input[0].Type?.TensorType?.Shape is { } shape:
                Change(shape, random);
                break;
            case 12 when graph.Output.Count > 0:
                graph.Output[0].Name = Name(graph, random);
                break;
            case 13 when model.OpsetImport.Count > 0:
                model.OpsetImport[0].Version = random.Next(4) == 0 ? Numbers[random.Next(Numbers.Length)] : random.Next(10, 23);
                break;
            default:
                int other = random.Next(graph.Node.Count), at = graph.Node.IndexOf(node);
                (graph.Node[at], graph.Node[other]) = (graph.Node[other].Clone(), node.Clone());
                break;
        }
    }

    private static void Change(TensorProto tensor, Random random)
    {
        switch (random.Next(6))
        {
            case 0 when tensor.Dims.Count > 0:
                tensor.Dims[random.Next(tensor.Dims.Count)] = Numbers[random.Next(Numbers.Length)];
                break;
            case 1:
                tensor.Dims.Add(Numbers[random.Next(Numbers.Length)]);
                break;
            case 2 when tensor.FloatData.Count > 0:
                tensor.FloatData[random.Next(tensor.FloatData.Count)] = Floats[random.Next(Floats.Length)];
                break;
            case 3:
                tensor.DataType = random.Next(18);
                break;
            case 4:
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                tensor.RawData = ByteString.Empty;
                break;
            default:
                tensor.RawData = ByteString.CopyFrom(ByteMutator.Mutate(tensor.RawData.ToByteArray(), random));
                break;
        }
    }

    private static void Change(AttributeProto attribute, Random random)
    {
        switch (random.Next(6))
        {
            case 0 when attribute.Ints.Count > 0:
                attribute.Ints[random.Next(attribute.Ints.Count)] = Numbers[random.Next(Numbers.Length)];
                break;
            case 1:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.Add(Numbers[random.Next(Numbers.Length)]);
                break;
            case 2:
                attribute.Type = AttributeProto.Types.AttributeType.Int;
                attribute.I = Numbers[random.Next(Numbers.Length)];
                break;
            case 3:
                attribute.Type = AttributeProto.Types.AttributeType.Float;
                attribute.F = Floats[random.Next(Floats.Length)];
                break;
            case 4:
                attribute.Type = AttributeProto.Types.AttributeType.String;
                attribute.S = ByteString.CopyFromUtf8(random.Next(2) == 0 ? "SAME_UPPER" : "reflect");
                break;
            default:
                attribute.Name = Attributes[random.Next(Attributes.Length)];
                break;
        }
    }

    private static void Change(TensorShapeProto shape, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                shape.Dim.Add(new Dimension { DimValue = Numbers[random.Next(Numbers.Length)] });
                break;
            case 1 when shape.Dim.Count > 0:
                shape.Dim.RemoveAt(random.Next(shape.Dim.Count));
                break;
            case 2 when shape.Dim.Count > 0:
                shape.Dim[random.Next(shape.Dim.Count)] = new Dimension { DimParam = "n" };
                break;
            default:
                if (shape.Dim.Count > 0)
                    shape.Dim[random.Next(shape.Dim.Count)] = new Dimension { DimValue = Numbers[random.Next(Numbers.Length)] };
                break;
        }
    }

    private static string Name(GraphProto graph, Random random)
    {
        string[] names =
        [
            .. graph.Node.SelectMany(node => node.Output), .. graph.Node.SelectMany(node => node.Input), .. graph.Input.Select(input => input.Name), "", "nowhere",
        ];
        return names[random.Next(names.Length)];
    }

    private static T Any<T>(IList<T> items, Random random) => items[random.Next(items.Count)];
}

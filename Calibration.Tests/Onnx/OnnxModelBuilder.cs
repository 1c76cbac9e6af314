using BitKernelGen.Calibration.Onnx.Proto;
using Google.Protobuf;
using AttributeType = BitKernelGen.Calibration.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace BitKernelGen.Calibration.Tests.Onnx;

/// <summary>Makes small ONNX models: each method returns the name of what it adds.</summary>
internal sealed class OnnxModelBuilder
{
    public const string Input = "x";

    private readonly Random _random = new(1);

    /// <param name="shape">The input without its batch, channels first.</param>
    public OnnxModelBuilder(params long[] shape)
    {
        var dims = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        dims.Dim.Add(shape.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        Model = new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 13 } },
            Graph = new GraphProto { Name = "test", Input = { Value(Input, dims) } },
        };
    }

    public ModelProto Model { get; }

    /// <summary>A constant of random numbers.</summary>
    public string Weights(string name, params long[] shape) => Floats(name, Random(shape.Aggregate(1L, (a, b) => a * b)), shape);

    public string Floats(string name, float[] values, params long[] shape)
    {
        Model.Graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { shape },
            FloatData = { values },
        });
        return name;
    }

    public string Integers(params long[] values)
    {
        string name = $"integers{Model.Graph.Initializer.Count}";
        byte[] raw = values.SelectMany(BitConverter.GetBytes).ToArray();
        Model.Graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Int64,
            Dims = { values.Length },
            RawData = ByteString.CopyFrom(raw),
        });
        return name;
    }

    /// <summary>A node, its name and its output's made of its operator.</summary>
    public string Node(string op, string[] inputs, params (string Name, object Value)[] attributes)
    {
        string name = $"{op}{Model.Graph.Node.Count}";
        var node = new NodeProto { OpType = op, Name = name, Input = { inputs }, Output = { name + "_out" } };
        node.Attribute.Add(attributes.Select(a => Attribute(a.Name, a.Value)));
        Model.Graph.Node.Add(node);
        return node.Output[0];
    }

    public string Conv(
        string input, string name, long outputs, long channels, long kernel, params (string Name, object Value)[] attributes) =>
        Node("Conv", [input, Weights(name + ".weight", outputs, channels, kernel, kernel), Weights(name + ".bias", outputs)], attributes);

    public string BatchNormalization(string input, string name, int channels) => Node("BatchNormalization",
        [input, Weights(name + ".weight", channels), Weights(name + ".bias", channels), Weights(name + ".mean", channels),
            Floats(name + ".var", Array.ConvertAll(Random(channels), v => v * v + 0.1f), channels)]);

    public byte[] Build(string output, int opset = 13)
    {
        Model.OpsetImport[0].Version = opset;
        Model.Graph.Output.Add(Value(output, null));
        return Model.ToByteArray();
    }

    private float[] Random(long count)
    {
        var values = new float[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)((2 * _random.NextDouble()) - 1);
        return values;
    }

    private static ValueInfoProto Value(string name, TensorShapeProto? shape) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape },
        },
    };

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        int i => new AttributeProto { Name = name, Type = AttributeType.Int, I = i },
        float f => new AttributeProto { Name = name, Type = AttributeType.Float, F = f },
        string s => new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(s) },
        long[] ints => new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { ints } },
        TensorProto t => new AttributeProto { Name = name, Type = AttributeType.Tensor, T = t },
        _ => throw new ArgumentException(name),
    };
}

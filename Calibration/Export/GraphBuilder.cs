using System.Runtime.InteropServices;
using BitKernelGen.Calibration.Onnx.Proto;
using Google.Protobuf;
using AttributeType = BitKernelGen.Calibration.Onnx.Proto.AttributeProto.Types.AttributeType;
using DataType = BitKernelGen.Calibration.Onnx.Proto.TensorProto.Types.DataType;

namespace BitKernelGen.Calibration.Export;

/// <summary>Adds nodes and constants to an ONNX graph; every method returns the name of the tensor that it adds.</summary>
internal sealed class GraphBuilder(string name)
{
    private readonly HashSet<string> _constants = [];

    /// <summary>The graph so far.</summary>
    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>A node with one output, which it is named after.</summary>
    public string Node(string op, string output, string[] inputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = output, Input = { inputs }, Output = { output } };
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Graph.Node.Add(node);
        return output;
    }

    /// <summary>A constant. What has a name already is not added again: equal names are equal constants.</summary>
    /// <param name="constant">Its name.</param>
    /// <param name="values">Its elements, little-endian as in memory.</param>
    /// <param name="dims">Its shape; a scalar has none.</param>
    public string Constant<T>(string constant, ReadOnlySpan<T> values, params long[] dims)
        where T : unmanaged
    {
        if (_constants.Add(constant))
        {
            Graph.Initializer.Add(new TensorProto
            {
                Name = constant,
                DataType = (int)TypeOf<T>(),
                Dims = { dims },
                RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
            });
        }

        return constant;
    }

    /// <summary>A scalar, named after its value.</summary>
    public string Scalar<T>(T value)
        where T : unmanaged => Constant<T>(FormattableString.Invariant($"{TypeOf<T>()}/{value}").ToLowerInvariant(), [value]);

    /// <summary>A vector of integers, named after them.</summary>
    public string Integers(params long[] values) => Constant<long>($"int64/{string.Join(',', values)}", values, values.Length);

    /// <summary>Declares an input of the model whose first dimension is the batch.</summary>
    public string Input<T>(string input, params int[] shape)
        where T : unmanaged
    {
        Graph.Input.Add(Value<T>(input, shape));
        return input;
    }

    /// <summary>Makes a node's output the model's output, under another name, and leaves out what it does not need.</summary>
    public void Output(string tensor, string output, params int[] shape)
    {
        RemoveUnread(tensor);
        foreach (NodeProto node in Graph.Node)
        {
            Rename(node.Input);
            Rename(node.Output);
        }

        Graph.Output.Add(Value<float>(output, shape));

        void Rename(IList<string> names)
        {
            for (int i = 0; i < names.Count; i++)
                names[i] = names[i] == tensor ? output : names[i];
        }
    }

    /// <summary>Nodes stand in an order in which each reads only nodes before it.</summary>
    private void RemoveUnread(string output)
    {
        var read = new HashSet<string> { output };
        for (int i = Graph.Node.Count - 1; i >= 0; i--)
        {
            if (read.Contains(Graph.Node[i].Output[0]))
                read.UnionWith(Graph.Node[i].Input);
            else
                Graph.Node.RemoveAt(i);
        }

        TensorProto[] constants = [.. Graph.Initializer.Where(constant => read.Contains(constant.Name))];
        Graph.Initializer.Clear();
        Graph.Initializer.Add(constants);
    }

    private static ValueInfoProto Value<T>(string tensor, int[] shape)
        where T : unmanaged
    {
        var dims = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" } } };
        dims.Dim.Add(shape.Select(dim => new TensorShapeProto.Types.Dimension { DimValue = dim }));
        return new ValueInfoProto
        {
            Name = tensor,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TypeOf<T>(), Shape = dims } },
        };
    }

    private static DataType TypeOf<T>()
        where T : unmanaged => Type.GetTypeCode(typeof(T)) switch
        {
            TypeCode.Byte => DataType.Uint8,
            TypeCode.SByte => DataType.Int8,
            TypeCode.Int32 => DataType.Int32,
            TypeCode.Int64 => DataType.Int64,
            TypeCode.Single => DataType.Float,
            TypeCode.Double => DataType.Double,
            _ => throw new NotSupportedException($"{typeof(T)} is no element type of a tensor."),
        };

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        int i => new AttributeProto { Name = name, Type = AttributeType.Int, I = i },
        float f => new AttributeProto { Name = name, Type = AttributeType.Float, F = f },
        int[] ints => new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { ints.Select(i => (long)i) } },
        _ => throw new NotSupportedException($"{value.GetType()} is no type of an attribute."),
    };
}

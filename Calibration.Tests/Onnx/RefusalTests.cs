using System.Text;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Onnx.Proto;
using Google.Protobuf;

namespace BitKernelGen.Calibration.Tests.Onnx;

/// <summary>What can't be imported is refused with the node, its operator, and what to do.</summary>
public class RefusalTests
{
    private const string X = OnnxModelBuilder.Input;

    private static readonly (string Name, object Value) Kernel2 = ("kernel_shape", new long[] { 2, 2 });

    /// <summary>What the message says, the last node's operator, and the model, whose last node is at fault.</summary>
    private static readonly Dictionary<string, (string Says, string Remedy, Func<OnnxModelBuilder, string> Model)> Cases = new()
    {
        ["dilated pool"] = ("dilated", "dilations of 1", m => m.Node("MaxPool", [X], Kernel2, ("dilations", new long[] { 2, 2 }))),
        ["group"] = ("into 3 equal groups", "again", m => m.Conv(X, "a", 6, 1, 3, ("group", 3))),
        ["weights of a group"] = ("weights for 1 channels meet 2", "again", m => m.Conv(X, "a", 4, 1, 3, ("group", 2))),
        ["auto_pad"] = ("SAME_SOMEHOW", "explicit pads", m => m.Conv(X, "a", 2, 4, 3, ("auto_pad", "SAME_SOMEHOW"))),
        ["negative pads"] = ("pads", "window that fits", m => m.Conv(X, "a", 2, 4, 3, ("pads", new long[] { -1, 0, 0, 0 }))),
        ["window too large"] = ("larger than its input", "larger images", m => m.Conv(X, "a", 2, 4, 7)),
        ["ceil_mode"] = ("begins in the padding", "ceil_mode = 0",
            m => m.Node("MaxPool", [X], Kernel2, ("strides", new long[] { 3, 3 }), ("pads", new long[] { 0, 0, 1, 1 }), ("ceil_mode", 1))),
        ["count_include_pad"] = ("count padding that is not there", "ceil_mode = 0",
            m => m.Node("AveragePool", [X], Kernel2, ("strides", new long[] { 2, 2 }), ("ceil_mode", 1), ("count_include_pad", 1))),
        ["weights that are computed"] = ("is not a constant", "constants folded", m => m.Node("Conv", [X, m.Node("Identity", [X])])),
        ["weights that are not float"] = ("type Int64", "float32", m => m.Node("Mul", [X, m.Integers(1)])),
        ["clip"] = ("1 … -1", "lower limit", m => m.Node("Clip", [m.Conv(X, "a", 2, 4, 1), m.Floats("low", [1]), m.Floats("high", [-1])])),
        ["activation"] = ("not supported", "HardSwish, Sigmoid and SiLU", m => m.Node("Elu", [X])),
        ["log of softmax"] = ("not supported", "logits", m => m.Node("LogSoftmax", [X])),
        ["softmax over rows"] = ("over axis 2", "channels", m => m.Node("Softmax", [X], ("axis", 2))),
        ["softmax of an image"] = ("flattened", "channels", m => m.Node("Softmax", [m.Node("Flatten", [X])])),
        ["slopes that are computed"] = ("is not a constant", "constants folded", m => m.Node("PRelu", [X, m.Node("Identity", [X])])),
        ["difference"] = ("subtracts a tensor", "Multiply the second one by -1", m => m.Node("Sub", [X, m.Node("Relu", [X])])),
        ["quotient"] = ("divides by a tensor", "constants", m => m.Node("Div", [m.Floats("one", [1]), X])),
        ["division by zero"] = ("divides by 0", "again", m => m.Node("Div", [X, m.Floats("zero", [0])])),
        ["order of axes"] = ("order [0, 1, 3, 2]", "channels first", m => m.Node("Transpose", [X], ("perm", new long[] { 0, 1, 3, 2 }))),
        ["channels last"] = ("transposed", "channels first", m => m.Node("Relu", [m.Node("Transpose", [X], ("perm", new long[] { 0, 2, 3, 1 }))])),
        ["operator"] = ("not supported", "supported operators", m => m.Node("Gather", [X, X])),
        ["addition of two shapes"] = ("5 x 5 x 4 and 1 x 1 x 4", "one shape", m => m.Node("Add", [X, m.Node("GlobalAveragePool", [X])])),
        ["gate"] = ("5 x 5 x 4 and 4 x 4 x 4", "each of its channels", m => m.Node("Mul", [X, m.Node("AveragePool", [X], Kernel2)])),
        ["concat of rows"] = ("axis 2", "along their channels", m => m.Node("Concat", [X, X], ("axis", 2))),
        ["slice from the second"] = ("1 … 9", "from the first",
            m => m.Node("Slice", [X, m.Integers(1), m.Integers(9), m.Integers(2), m.Integers(2)])),
        ["slice of a part"] = ("0 … 3", "whole image", m => m.Node("Slice", [X, m.Integers(0), m.Integers(3), m.Integers(3)])),
        ["pad by reflection"] = ("reflect", "zeros", m => m.Node("Pad", [X, m.Integers(0, 0, 1, 1, 0, 0, 1, 1)], ("mode", "reflect"))),
        ["pad before a pool"] = ("Pad node", "convolutions",
            m => m.Node("MaxPool", [m.Node("Pad", [X, m.Integers(0, 0, 1, 1, 0, 0, 1, 1)])], Kernel2)),
        ["mean over channels"] = ("axes [1]", "height and width", m => m.Node("ReduceMean", [X], ("axes", new long[] { 1 }))),
        ["reshape"] = ("reshapes 5 x 5 x 4", "flattening", m => m.Node("Reshape", [X, m.Integers(-1, 4, 25)])),
        ["reshape of the batch"] = ("reshapes 5 x 5 x 4", "flattening", m => m.Node("Reshape", [X, m.Integers(1, 100)])),
        ["matrix of another size"] = ("weights for 99 elements meet 100", "again",
            m => m.Node("MatMul", [m.Node("Flatten", [X]), m.Weights("w", 99, 2)])),
        ["data of another size"] = ("32 elements by its shape", "again",
            m => m.Node("Conv", [X, m.Floats("w", new float[31], 8, 4, 1, 1)])),
        ["transposed batch"] = ("transposes the batch", "transA = 0",
            m => m.Node("Gemm", [m.Node("Flatten", [X]), m.Weights("w", 100, 2)], ("transA", 1))),
        ["not in order"] = ("is not computed before it", "export it again", m => m.Node("Relu", ["later"])),
        ["missing input"] = ("no input number 2", "again", m => m.Node("Conv", [X])),
        ["pad out of range"] = ("pads by", "32767", m => m.Node("Pad", [X, m.Integers(0, 32767, 0, 0, 0, 32767 << 8, 0, 0)])),
        ["not a number"] = ("NaN", "again", m => m.Node("Mul", [X, m.Floats("nan", [float.NaN])])),
        ["training"] = ("training mode", "eval", m =>
        {
            string y = m.BatchNormalization(X, "bn", 4);
            m.Model.Graph.Node[^1].Attribute.Add(
                new AttributeProto { Name = "training_mode", Type = AttributeProto.Types.AttributeType.Int, I = 1 });
            return y;
        }
        ),
    };

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void NamesNodeOperatorAndRemedy(string name)
    {
        (string says, string remedy, Func<OnnxModelBuilder, string> make) = Cases[name];
        var model = new OnnxModelBuilder(4, 5, 5);
        OnnxImportException refused = Refused(model.Build(make(model)));
        Assert.Contains(says, refused.Message);
        Assert.Contains(remedy, refused.Message);
        NodeProto node = model.Model.Graph.Node.Single(n => n.Name == refused.Node);
        Assert.Equal(node.OpType, refused.Operator);
        Assert.StartsWith($"Node '{node.Name}' ({node.OpType}): ", refused.Message);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(22)]
    [InlineData(int.MaxValue)]
    public void Opset(int opset)
    {
        var model = new OnnxModelBuilder(4, 5, 5);
        Assert.Contains($"opset {opset}", Refused(model.Build(model.Conv(X, "a", 2, 4, 1), opset)).Message);
    }

    [Fact]
    public void Inputs()
    {
        Assert.Contains("dynamic", Refused(m => m.Input[0].Type.TensorType.Shape.Dim[2].DimParam = "height").Message);
        Assert.Contains("2 inputs", Refused(m => m.Input.Add(new ValueInfoProto { Name = "second" })).Message);
        Assert.Contains("2 outputs", Refused(m => m.Output.Add(new ValueInfoProto { Name = "second" })).Message);
        Assert.Contains("float32", Refused(m => m.Input[0].Type.TensorType.ElemType = 10).Message);
        Assert.Contains("fixed batch of 8", Refused(m => m.Input[0].Type.TensorType.Shape.Dim[0].DimValue = 8).Message);
        Assert.Contains("range", Refused(m => m.Input[0].Type.TensorType.Shape.Dim[2].DimValue = long.MaxValue).Message);
        var extra = new TensorShapeProto.Types.Dimension();
        Assert.Contains("5 dimensions", Refused(m => m.Input[0].Type.TensorType.Shape.Dim.Add(extra)).Message);
        Assert.Contains("by no node", Refused(m => m.Output[0].Name = "nothing").Message);
        Assert.Contains("no layer", Refused(m => m.Output[0].Name = X).Message);
    }

    [Fact]
    public void AFlattenedImageAsOutput()
    {
        var model = new OnnxModelBuilder(4, 5, 5);
        Assert.Contains("before the flatten", Refused(model.Build(model.Node("Flatten", [model.Conv(X, "a", 2, 4, 1)]))).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello, this is not protobuf")]
    [InlineData("\u0008\u0007")]
    public void ForeignBytes(string text) =>
        Assert.Contains("not an ONNX model", Refused(Encoding.Latin1.GetBytes(text)).Message);

    /// <summary>Whatever is done to a model, it is imported or refused.</summary>
    [Fact]
    public void DamagedBytes()
    {
        byte[] model = LargerModel();
        var random = new Random(3);
        int imported = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] damaged = i % 4 == 0 ? model[..random.Next(model.Length)] : [.. model];
            for (int n = random.Next(1, 4); n > 0 && damaged.Length > 0; n--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                OnnxImporter.Import(damaged);
                imported++;
            }
            catch (OnnxImportException)
            {
            }
        }

        Assert.InRange(imported, 1, 3999);
    }

    /// <summary>A kilobyte that promises gigabytes, and nodes in a number that anything quadratic would stumble over.</summary>
    [Fact]
    public void HostileSizes()
    {
        var promising = new OnnxModelBuilder(4, 5, 5);
        promising.Floats("w", [], 1 << 30, 4, 5, 5);
        Assert.Contains("elements by its shape", Refused(promising.Build(promising.Node("Conv", [X, "w"]))).Message);

        var chain = new OnnxModelBuilder(4, 5, 5);
        string y = X;
        for (int i = 0; i < 50_000; i++)
        {
            y = chain.Node("MaxPool", [y], ("kernel_shape", new long[] { 1, 1 }));
            chain.Model.Graph.Node[^1].Name = "/pool/MaxPool";
        }

        Assert.Equal(50_000, OnnxImporter.Import(chain.Build(y)).Layers.Count);
    }

    private static byte[] LargerModel()
    {
        var model = new OnnxModelBuilder(3, 8, 8);
        string y = model.Node("Relu", [model.BatchNormalization(model.Conv(X, "a", 4, 3, 3), "bn", 4)]);
        y = model.Node("Clip", [model.Node("Add", [y, model.Conv(y, "b", 4, 4, 1)]), model.Floats("low", [0]), model.Floats("high", [6])]);
        y = model.Node("Slice", [y, model.Integers(0), model.Integers(99), model.Integers(2), model.Integers(2)]);
        y = model.Node("Pad", [y, model.Integers(0, 1, 0, 0, 0, 1, 0, 0)]);
        y = model.Node("Concat", [y, model.Node("AveragePool", [y], ("kernel_shape", new long[] { 1, 1 }))], ("axis", 1));
        y = model.Node("Reshape", [model.Node("MaxPool", [y], Kernel2), model.Integers(-1, 120)]);
        return model.Build(model.Node("Gemm", [y, model.Weights("fc", 120, 2)]));
    }

    private static OnnxImportException Refused(byte[] model) => Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(model));

    private static OnnxImportException Refused(Action<GraphProto> change)
    {
        var model = new OnnxModelBuilder(4, 5, 5);
        model.Build(model.Conv(X, "a", 2, 4, 1));
        change(model.Model.Graph);
        return Refused(model.Model.ToByteArray());
    }
}

using System.IO.Compression;
using System.Text;
using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Calibration.Tests.Onnx;
using BitKernelGen.Profiles.Tests.Reading;
using Google.Protobuf;

namespace BitKernelGen.Fuzz.Tests;

/// <summary>
/// Inputs of up to megabytes, made so that little of them asks for much: of memory, of time, of stack. The promises hold for them
/// as for small ones.
/// </summary>
public class AmplificationTests
{
    private const string X = OnnxModelBuilder.Input;

    private static readonly Dictionary<string, (string Target, Func<byte[]> Make)> Inputs = new()
    {
        ["a million brackets"] = ("profile", () => Text("a = " + new string('[', 1_000_000))),
        ["a million lines that are wrong"] = ("profile", () => Text(Repeat(i => "=\n", 1_000_000))),
        ["tables of one name"] = ("profile", () => Text(Repeat(i => "[[layer]]\n", 100_000))),
        ["layers that are all wrong"] = ("profile", () => Text(Samples.Tiny + Repeat(i => $"[[layer]]\nname = \"l{i}\"\nop = \"convv\"\ninput = [\"m{i}\"]\n", 10_000))),
        ["layers that are all right"] = ("profile", () => Text(Chain(10_000))),
        ["layers with one name"] = ("profile", () => Text(Samples.Tiny + Repeat(i => "[[layer]]\nname = \"same\"\nop = \"flatten\"\ninput = [\"conv1\"]\n", 10_000))),
        ["a long key"] = ("profile", () => Text(new string('a', 1_000_000) + " = 1")),
        ["long keys in every layer"] = ("profile", () => Text(Samples.Tiny + Repeat(i => $"[[layer]]\n{new string('x', 1000)} = 1\n", 1000))),
        ["a long list of inputs"] = ("profile", () => Text(Samples.Tiny.Replace("input = [\"conv1\"]", $"input = [{Repeat(i => "\"conv1\",", 100_000)}]"))),
        ["a long string"] = ("profile", () => Text(Samples.Tiny.Replace("name = \"Tiny\"", $"name = \"{new string('T', 1_000_000)}\""))),
        ["many labels"] = ("profile", () => Text(Samples.Tiny.Replace("labels = [", $"labels = [{Repeat(i => "\"\",", 200_000)}"))),
        ["arrays inside of arrays"] = ("profile", () => Text(Repeat(i => $"k{i} = [[[[[[[[[1]]]]]]]]]\n", 30_000))),
        ["a network of many layers"] = ("generator", () => Text(Chain(300))),

        ["a header of brackets"] = ("safetensors", () => SafeTensors(new string('[', 1_000_000))),
        ["a header of objects"] = ("safetensors", () => SafeTensors(Repeat(i => "{\"a\":", 200_000))),
        ["many tensors of no bytes"] = ("safetensors", () => SafeTensors(
            "{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}")),
        ["a shape of many dimensions"] = ("safetensors", () => SafeTensors(
            $"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{Repeat(i => "1,", 400_000)}0],\"data_offsets\":[0,0]}}}}")),
        ["a lot of metadata"] = ("safetensors", () => SafeTensors($"{{\"__metadata__\":{{{string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"{i}\":\"\""))}}}}}")),

        ["zeros, compressed"] = ("idx-gz", () => Gzip(new byte[100_000_000])),
        ["images, compressed, without end"] = ("idx-gz", () => Gzip([0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 3, .. new byte[100_000_000]])),
        ["images that are claimed"] = ("idx", () => [0, 0, 8, 3, 0x0A, 0xAA, 0xAA, 0xAA, 0, 0, 0, 4, 0, 0, 0, 3, .. new byte[1000]]),
        ["many dimensions"] = ("idx", () => [0, 0, 8, 255, .. Enumerable.Repeat<byte[]>([0, 0, 0, 1], 255).SelectMany(one => one), 0]),
        ["a header as long as it may be"] = ("npy", () => [0x93, .. "NUMPY"u8, 2, 0, 0, 0, 0x10, 0, .. Text("{'descr': '<f4', 'fortran_order': False, 'shape': (".PadRight(1 << 20, ' '))]),
        ["a header of dimensions"] = ("npy", () => [0x93, .. "NUMPY"u8, 2, 0, 0, 0, 0x10, 0, .. Text(("{'descr': '<f4', 'fortran_order': False, 'shape': (" + Repeat(i => "1,", 500_000)).PadRight(1 << 20))]),
        ["a header that is claimed"] = ("npy", () => [0x93, .. "NUMPY"u8, 2, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0]),
        ["a picture that claims a gigapixel"] = ("images", () => Png(30_000, 30_000, [])),
        ["a picture of the right size with a bomb inside"] = ("images", () => Png(16, 16, new byte[50_000_000])),
        ["a line of labels"] = ("labels", () => Text(new string('a', 1_000_000) + " 1")),
        ["many lines of labels"] = ("labels", () => Text(Repeat(i => "image.png 1\n", 50_000))),

        ["nodes in a row"] = ("onnx", () => Nodes(20_000, (net, x, i) => net.Node("Identity", [x]))),
        ["activations in a row"] = ("onnx", () => Nodes(20_000, (net, x, i) => net.Node("Relu", [x]))),
        ["transpositions of the input"] = ("onnx", () =>
        {
            var net = new OnnxModelBuilder(4, 4, 4);
            string[] parts = [.. Enumerable.Range(0, 10_000).Select(_ => net.Node("Transpose", [X], ("perm", new long[] { 0, 3, 1, 2 })))];
            return net.Build(net.Node("Concat", parts, ("axis", 1)));
        }
        ),
        ["scalars that are repeated"] = ("onnx", () => Nodes(5000, (net, x, i) => net.Node("Mul", [x, i == 0 ? net.Floats("two", [2]) : "two"]), 1 << 20, 4, 4)),
        ["one constant for many"] = ("onnx", () => Nodes(5000, (net, x, i) => net.Node("Add", [net.Node("Relu", [x]), i == 0 ? net.Floats("all", new float[50_000], 50_000, 1, 1) : "all"]), 50_000, 1, 1)),
        ["one long constant as a shape"] = ("onnx", () => Nodes(3000, (net, x, i) => net.Node("Reshape", [x, i == 0 ? net.Integers(new long[100_000]) : "integers0"]))),
        ["shapes put together"] = ("onnx", () =>
        {
            var net = new OnnxModelBuilder(4, 4, 4);
            string shape = net.Node("Shape", [X]), list = net.Integers(new long[50_000]);
            return net.Build(net.Node("Reshape", [X, net.Node("Concat", [shape, .. Enumerable.Repeat(list, 20_000)], ("axis", 0))]));
        }
        ),
        ["an input of claimed channels"] = ("onnx", () => Nodes(1, (net, x, i) => net.Node("Mul", [x, net.Floats("two", [2])]), 1 << 28, 1, 1)),
        ["sums that double"] = ("onnx", () => Nodes(200, (net, x, i) => net.Node("Concat", [x, x], ("axis", 1)))),
        ["empty nodes"] = ("onnx", () => EmptyNodes()),
        ["attributes of one node"] = ("onnx", () =>
        {
            var net = new OnnxModelBuilder(4, 4, 4);
            string y = net.Node("Relu", [X]);
            net.Model.Graph.Node[0].Attribute.Add(Enumerable.Range(0, 200_000).Select(_ => new AttributeProto { Name = "a" }));
            return net.Build(y);
        }
        ),

        ["tensors of nothing"] = ("statistics", () => Statistics(20_000, [0xFF, 0xFF])),
        ["tensors of one value each"] = ("statistics", () => Statistics(20, [254, .. Enumerable.Repeat((byte)0, 510), 0, 200, 130, 1, 0xFF])),
        ["a record of brackets"] = ("record", () => Text(new string('[', 1_000_000))),
        ["a record of zeros"] = ("record", () => Text("{\"format\":\"bitkernel-calibration/1\",\"tensors\":[" + Repeat(i => "null,", 200_000) + "null]}")),
        ["a long checkpoint"] = ("checkpoint", () => new byte[1_000_000]),
    };

    public static TheoryData<string> Names => new(Inputs.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void StaysWithinTimeMemoryAndStack(string name)
    {
        (string target, Func<byte[]> make) = Inputs[name];
        byte[] input = make();

        new MutationRun(AllTargets.Find(target), 0).Run(input);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Repeat(Func<int, string> part, int count)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
            text.Append(part(i));
        return text.ToString();
    }

    /// <summary>A profile of so many layers, each reading the one before it.</summary>
    private static string Chain(int layers) => Samples.Tiny.Replace("input = [\"conv1\"]", $"input = [\"l{layers - 1}\"]").Replace(
        "[[layer]]\nname = \"dense1\"",
        Repeat(i => $"[[layer]]\nname = \"l{i}\"\nop = \"conv\"\ninput = [\"{(i == 0 ? "conv1" : $"l{i - 1}")}\"]\nkernel = [1, 1]\nchannels = 4\n"
            + "weight = { bits = 2 }\ncode = { bits = 2, step = 0.5 }\n\n", layers) + "[[layer]]\nname = \"dense1\"");

    private static byte[] SafeTensors(string header) => [.. BitConverter.GetBytes((long)header.Length), .. Text(header)];

    private static byte[] Gzip(byte[] bytes) => Compress(bytes, stream => new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true));

    private static byte[] Compress(byte[] bytes, Func<Stream, Stream> open)
    {
        var packed = new MemoryStream();
        using (Stream stream = open(packed))
            stream.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>A PNG without checksums, which the decoder does not look at.</summary>
    private static byte[] Png(int width, int height, byte[] data)
    {
        byte[] Big(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
        byte[] Chunk(string type, byte[] content) => [.. Big(content.Length), .. Text(type), .. content, 0, 0, 0, 0];
        return
        [
            0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR", [.. Big(width), .. Big(height), 8, 2, 0, 0, 0]),
            .. Chunk("IDAT", Compress(data, stream => new ZLibStream(stream, CompressionLevel.SmallestSize, leaveOpen: true))), .. Chunk("IEND", []),
        ];
    }

    private static byte[] Nodes(int count, Func<OnnxModelBuilder, string, int, string> add, params long[] shape)
    {
        var net = new OnnxModelBuilder(shape.Length > 0 ? shape : [4, 4, 4]);
        string x = X;
        for (int i = 0; i < count; i++)
            x = add(net, x, i);
        return net.Build(x);
    }

    /// <summary>Two bytes each.</summary>
    private static byte[] EmptyNodes()
    {
        var model = new OnnxModelBuilder(4, 4, 4);
        byte[] rest = model.Build("nowhere");
        byte[] nodes = [.. Enumerable.Repeat<byte[]>([0x0A, 0], 300_000).SelectMany(node => node)];
        using var graph = new MemoryStream();
        using (var output = new CodedOutputStream(graph, leaveOpen: true))
        {
            output.WriteTag(7, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(nodes));
        }

        return [.. rest, .. graph.ToArray()];
    }

    private static byte[] Statistics(int tensors, byte[] magnitudes)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("BKSTATS1"u8);
        writer.Write("model");
        writer.Write("float32");
        writer.Write7BitEncodedInt64(1);
        writer.Write7BitEncodedInt(tensors);
        for (int i = 0; i < tensors; i++)
        {
            writer.Write($"{i}");
            for (int histogram = 0; histogram < 2; histogram++)
            {
                writer.Write7BitEncodedInt64(0);
                writer.Write(float.PositiveInfinity);
                writer.Write(float.NegativeInfinity);
                writer.Write(magnitudes);
            }
        }

        writer.Flush();
        return bytes.ToArray();
    }
}

using System.Runtime.InteropServices;
using BitKernelGen.Calibration.Export;
using BitKernelGen.Calibration.Onnx.Proto;
using Google.Protobuf;

namespace BitKernelGen.Bench.Speed;

/// <summary>Float networks with random weights, for what no trained one is at hand: times depend on shapes and bits alone.</summary>
internal sealed class SyntheticModel
{
    private const int Opset = 17;
    private readonly Random _random = new(1);
    private readonly GraphBuilder _graph;
    private int _layers;

    private SyntheticModel(string name) => _graph = new GraphBuilder(name);

    /// <summary>A ResNet-20 of 32x32 images whose channels are a multiple of the original's 16, 32 and 64.</summary>
    public static byte[] WideResNet20(int width)
    {
        var model = new SyntheticModel("wide_resnet20");
        string x = model.Convolution(model._graph.Input<float>("input", 3, 32, 32), 3, 16 * width, 3, 1, isRelu: true);
        int channels = 16 * width;
        for (int block = 0; block < 9; block++)
        {
            int stride = block is 3 or 6 ? 2 : 1, outputs = channels * stride;
            string inner = model.Convolution(x, channels, outputs, 3, stride, isRelu: true);
            string shortcut = stride == 1 ? x : model.Convolution(x, channels, outputs, 1, stride, isRelu: false);
            string sum = model._graph.Node("Add", $"sum{block}", [model.Convolution(inner, outputs, outputs, 3, 1, isRelu: false), shortcut]);
            x = model._graph.Node("Relu", $"relu{block}", [sum]);
            channels = outputs;
        }

        x = model._graph.Node("Flatten", "flat", [model._graph.Node("GlobalAveragePool", "average", [x])]);
        return model.Finish(model.Dense(x, channels, 10), 10);
    }

    /// <summary>Dense layers one after the other, relu between them.</summary>
    public static byte[] Dense(params int[] sizes)
    {
        var model = new SyntheticModel("dense");
        string x = model._graph.Input<float>("input", sizes[0]);
        for (int i = 1; i < sizes.Length; i++)
        {
            x = model.Dense(x, sizes[i - 1], sizes[i]);
            if (i + 1 < sizes.Length)
                x = model._graph.Node("Relu", $"relu{i}", [x]);
        }

        return model.Finish(x, sizes[^1]);
    }

    private string Convolution(string input, int channels, int outputs, int kernel, int stride, bool isRelu)
    {
        string name = $"conv{_layers++}";
        string sum = _graph.Node(
            "Conv", $"{name}/sum", [input, Weights(name, channels * kernel * kernel, outputs, channels, kernel, kernel), Bias(name, outputs)],
            ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }), ("pads", Enumerable.Repeat(kernel / 2, 4).ToArray()));
        return isRelu ? _graph.Node("Relu", $"{name}/relu", [sum]) : sum;
    }

    private string Dense(string input, int inputs, int outputs)
    {
        string name = $"dense{_layers++}";
        return _graph.Node("Gemm", name, [input, Weights(name, inputs, outputs, inputs), Bias(name, outputs)], ("transB", 1));
    }

    /// <summary>As He has them, so that activations keep their size.</summary>
    private string Weights(string layer, int inputs, params long[] shape)
    {
        var values = new float[shape.Aggregate((product, dimension) => product * dimension)];
        float range = MathF.Sqrt(6f / inputs);
        for (int i = 0; i < values.Length; i++)
            values[i] = range * ((2 * _random.NextSingle()) - 1);
        return _graph.Constant<float>($"{layer}/weight", values, shape);
    }

    private string Bias(string layer, int outputs) => _graph.Constant<float>($"{layer}/bias", new float[outputs], outputs);

    private byte[] Finish(string tensor, int outputs)
    {
        _graph.Output(tensor, "output", outputs);
        return new ModelProto
        {
            IrVersion = 8,
            ProducerName = "bench",
            Graph = _graph.Graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
        }.ToByteArray();
    }

    /// <summary>Random samples to calibrate on, as a NumPy file: [count, height, width, channels] or [count, length].</summary>
    public static byte[] Samples(params int[] shape)
    {
        var random = new Random(2);
        var values = new float[shape.Aggregate((product, dimension) => product * dimension)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (4 * random.NextSingle()) - 2;
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", shape)}), }}";
        header = header.PadRight(((header.Length + 11 + 63) / 64 * 64) - 11) + "\n";
        return
        [
            0x93, .. "NUMPY"u8, 1, 0, (byte)(header.Length & 255), (byte)(header.Length >> 8),
            .. System.Text.Encoding.ASCII.GetBytes(header), .. MemoryMarshal.AsBytes<float>(values),
        ];
    }
}

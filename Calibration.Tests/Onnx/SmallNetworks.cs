namespace BitKernelGen.Calibration.Tests.Onnx;

/// <summary>Networks as they are found in the field, small and with random weights that keep magnitudes near 1.</summary>
internal static class SmallNetworks
{
    private const string X = OnnxModelBuilder.Input;

    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = new Dictionary<string, Func<byte[]>>
    {
        ["MobileNet"] = MobileNet,
        ["MobileNetV3"] = MobileNetV3,
        ["EfficientNet"] = EfficientNet,
        ["DsCnn"] = DsCnn,
        ["SqueezeNet"] = SqueezeNet,
        ["Autoencoder"] = Autoencoder,
        ["LeakyStack"] = LeakyStack,
        ["PReluStack"] = PReluStack,
        ["WaveNetwork"] = WaveNetwork,
        ["ResNeXt"] = ResNeXt,
        ["Segmentation"] = Segmentation,
        ["DepthMultiplier"] = DepthMultiplier,
        ["ChannelsLast"] = ChannelsLast,
    };

    /// <summary>Depthwise and pointwise convolutions with batch normalisation and ReLU6, an inverted residual among them.</summary>
    private static byte[] MobileNet()
    {
        var net = new Maker(3, 16, 16);
        string y = net.Relu6(net.Conv(X, 8, 3, 3, stride: 2));
        y = net.Relu6(net.Conv(net.Relu6(net.Depthwise(y, 8, 3)), 16, 8, 1));
        string narrow = net.Conv(net.Relu6(net.Depthwise(y, 16, 3, stride: 2)), 12, 16, 1);
        y = net.Relu6(net.Conv(narrow, 24, 12, 1));
        y = net.Node("Add", narrow, net.Conv(net.Relu6(net.Depthwise(y, 24, 3)), 12, 24, 1));
        y = net.Relu6(net.Conv(y, 32, 12, 1));
        return net.Build(net.Dense(net.Pooled(y), 10, 32));
    }

    /// <summary>HardSwish, and squeeze-and-excite with a hard sigmoid.</summary>
    private static byte[] MobileNetV3()
    {
        var net = new Maker(3, 12, 12);
        string y = net.Node("HardSwish", net.Conv(X, 16, 3, 3, stride: 2));
        string image = net.Node("HardSwish", net.Depthwise(net.Node("HardSwish", net.Conv(y, 24, 16, 1)), 24, 5));
        string gate = net.Node("Relu", net.Conv(net.Node("GlobalAveragePool", image), 8, 24, 1));
        gate = net.Model.Node("HardSigmoid", [net.Conv(gate, 24, 8, 1)], ("alpha", 1 / 6f));
        string residual = net.Conv(net.Node("Mul", image, gate), 16, 24, 1);
        y = net.Node("HardSwish", net.Conv(net.Node("Add", residual, y), 32, 16, 1));
        return net.Build(net.Dense(net.Pooled(y), 10, 32), opset: 14);
    }

    /// <summary>SiLU written as two nodes, squeeze-and-excite with a sigmoid.</summary>
    private static byte[] EfficientNet()
    {
        var net = new Maker(3, 12, 12);
        string Silu(string x) => net.Node("Mul", x, net.Node("Sigmoid", x));
        string image = Silu(net.Depthwise(Silu(net.Conv(X, 16, 3, 3, stride: 2)), 16, 3));
        string gate = net.Node("Sigmoid", net.Conv(Silu(net.Conv(net.Node("GlobalAveragePool", image), 4, 16, 1)), 16, 4, 1));
        string y = Silu(net.Conv(net.Node("Mul", gate, image), 24, 16, 1));
        return net.Build(net.Dense(net.Pooled(y), 10, 24));
    }

    /// <summary>Keyword spotting: a rectangular first window with uneven padding, depthwise stacks, softmax.</summary>
    private static byte[] DsCnn()
    {
        var net = new Maker(1, 49, 10);
        string y = net.Model.Node("Conv", [X, net.Scaled(16, 1, 10, 4), net.Model.Weights("stem.bias", 16)],
            ("strides", new long[] { 2, 2 }), ("pads", new long[] { 4, 1, 5, 2 }));
        y = net.Node("Relu", y);
        for (int i = 0; i < 2; i++)
            y = net.Node("Relu", net.Conv(net.Node("Relu", net.Depthwise(y, 16, 3)), 16, 16, 1));
        y = net.Model.Node("AveragePool", [y], ("kernel_shape", new long[] { 25, 5 }));
        return net.Build(net.Node("Softmax", net.Dense(net.Node("Flatten", y), 12, 16)));
    }

    /// <summary>Fire modules, pools that round up, no dense layer.</summary>
    private static byte[] SqueezeNet()
    {
        var net = new Maker(3, 20, 20);
        string Pool(string x) => net.Model.Node("MaxPool", [x], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1));
        string Fire(string x, int from, int squeeze, int expand)
        {
            string s = net.Node("Relu", net.Conv(x, squeeze, from, 1));
            return net.Model.Node(
                "Concat", [net.Node("Relu", net.Conv(s, expand, squeeze, 1)), net.Node("Relu", net.Conv(s, expand, squeeze, 3))], ("axis", 1));
        }

        string y = Pool(net.Node("Relu", net.Conv(X, 16, 3, 3)));
        y = Fire(Pool(Fire(y, 16, 6, 12)), 24, 8, 16);
        y = net.Node("Relu", net.Conv(y, 10, 32, 1));
        return net.Build(net.Node("GlobalAveragePool", y));
    }

    /// <summary>Dense layers to a bottleneck and back, the output as wide as the input.</summary>
    private static byte[] Autoencoder()
    {
        var net = new Maker(64);
        string y = X;
        int from = 64;
        foreach (int to in new[] { 32, 8, 32 })
        {
            y = net.Node("Relu", net.Model.BatchNormalization(net.Dense(y, to, from), $"bn{y}", to));
            from = to;
        }

        return net.Build(net.Dense(y, 64, from));
    }

    /// <summary>A detector's backbone, its output an image.</summary>
    private static byte[] LeakyStack()
    {
        var net = new Maker(3, 16, 16);
        string y = X;
        int from = 3;
        foreach (int to in new[] { 8, 16, 24 })
        {
            y = net.Model.Node("LeakyRelu", [net.Conv(y, to, from, 3)], ("alpha", 0.1f));
            y = net.Model.Node("MaxPool", [y], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
            from = to;
        }

        return net.Build(net.Node("Sigmoid", net.Conv(y, 15, from, 1)));
    }

    private static byte[] PReluStack()
    {
        var net = new Maker(3, 10, 10);
        string y = net.Node("PRelu", net.Conv(X, 12, 3, 3), net.Model.Weights("slope1", 12, 1, 1));
        y = net.Node("PRelu", net.Depthwise(y, 12, 3), net.Model.Weights("slope2", 12, 1, 1));
        return net.Build(net.Dense(net.Pooled(y), 6, 12));
    }

    /// <summary>One-dimensional convolutions: a long first window, dilated ones, a residual.</summary>
    private static byte[] WaveNetwork()
    {
        var net = new Maker(1, 400);
        string y = net.Node("Relu", net.Model.Node("Conv", [X, net.Scaled(16, 1, 80), net.Model.Weights("stem.bias", 16)], ("strides", new long[] { 4 })));
        foreach (long dilation in new long[] { 1, 2, 4 })
        {
            string inner = net.Model.Node("Conv", [y, net.Scaled(16, 16, 3), net.Model.Weights($"bias{dilation}", 16)],
                ("dilations", new[] { dilation }), ("pads", new[] { dilation, dilation }));
            y = net.Node("Relu", net.Node("Add", inner, y));
        }

        return net.Build(net.Dense(net.Pooled(y), 8, 16));
    }

    /// <summary>A residual block whose middle convolution has groups.</summary>
    private static byte[] ResNeXt()
    {
        var net = new Maker(3, 12, 12);
        string shortcut = net.Node("Relu", net.Conv(X, 32, 3, 3));
        string y = net.Node("Relu", net.Conv(shortcut, 32, 32, 1));
        y = net.Node("Relu", net.Grouped(y, 32, 32, 3, groups: 8));
        y = net.Node("Relu", net.Node("Add", net.Conv(y, 32, 32, 1), shortcut));
        y = net.Node("Relu", net.Grouped(y, 24, 32, 3, groups: 2));
        return net.Build(net.Dense(net.Pooled(y), 10, 24));
    }

    /// <summary>Dilated convolutions, averages that count padding, a softmax of every pixel.</summary>
    private static byte[] Segmentation()
    {
        var net = new Maker(3, 12, 14);
        string y = net.Node("Relu", net.Conv(X, 16, 3, 3));
        y = net.Node("Relu", net.Model.Node("Conv", [y, net.Scaled(16, 16, 3, 3)], ("dilations", new long[] { 2, 2 }), ("pads", new long[] { 2, 2, 2, 2 })));
        y = net.Model.Node("AveragePool", [y], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }), ("count_include_pad", 1));
        return net.Build(net.Model.Node("Softmax", [net.Conv(y, 5, 16, 1)], ("axis", 1)));
    }

    /// <summary>Two outputs for each channel.</summary>
    private static byte[] DepthMultiplier()
    {
        var net = new Maker(3, 10, 10);
        string y = net.Node("Relu", net.Grouped(X, 6, 3, 3, groups: 3));
        y = net.Node("Relu", net.Grouped(y, 12, 6, 3, groups: 6));
        return net.Build(net.Dense(net.Pooled(y), 5, 12));
    }

    /// <summary>As TensorFlow's exporter writes it: padding to the same size, images with their channels last at both edges.</summary>
    private static byte[] ChannelsLast()
    {
        var net = new Maker(9, 11, 3);
        string y = net.Model.Node("Transpose", [X], ("perm", new long[] { 0, 3, 1, 2 }));
        y = net.Node("Relu", net.Model.Node("Conv", [y, net.Scaled(8, 3, 3, 3)], ("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 })));
        y = net.Model.Node("Transpose", [y], ("perm", new long[] { 0, 2, 3, 1 }));
        return net.Build(net.Dense(net.Model.Node("Reshape", [y, net.Model.Integers(-1, 240)]), 4, 240));
    }

    /// <summary>Weights of variance 2 / fan-in (He), names by number.</summary>
    private sealed class Maker(params long[] shape)
    {
        private readonly Random _random = new(7);
        private int _count;

        public OnnxModelBuilder Model { get; } = new(shape);

        public string Node(string op, params string[] inputs) => Model.Node(op, inputs);

        public string Scaled(params long[] dims)
        {
            long fanIn = dims[1..].Aggregate(1L, (a, b) => a * b);
            var values = new float[dims[0] * fanIn];
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(((2 * _random.NextDouble()) - 1) * Math.Sqrt(6.0 / fanIn));
            return Model.Floats($"w{_count++}.weight", values, dims);
        }

        public string Conv(string x, long outputs, long channels, long kernel, long stride = 1) => Grouped(x, outputs, channels, kernel, 1, stride);

        public string Depthwise(string x, long channels, long kernel, long stride = 1) => Grouped(x, channels, channels, kernel, (int)channels, stride);

        public string Grouped(string x, long outputs, long channels, long kernel, int groups, long stride = 1)
        {
            long pad = kernel / 2;
            return Model.Node(
                "Conv", [x, Scaled(outputs, channels / groups, kernel, kernel), Model.Weights($"b{_count++}", outputs)],
                ("group", groups), ("strides", new[] { stride, stride }), ("pads", new[] { pad, pad, pad, pad }));
        }

        public string Relu6(string x) => Model.Node("Clip", [x, Model.Floats($"low{_count}", [0]), Model.Floats($"high{_count++}", [6])]);

        public string Pooled(string x) => Node("Flatten", Node("GlobalAveragePool", x));

        public string Dense(string x, long outputs, long inputs) =>
            Model.Node("Gemm", [x, Scaled(outputs, inputs), Model.Weights($"b{_count++}", outputs)], ("transB", 1));

        public byte[] Build(string output, int opset = 13) => Model.Build(output, opset);
    }
}

using BitKernelGen.Packing;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>
/// A network for a seed: one to six blocks of any operations, shapes that fit no vector, codes and weights of any bits, tensors of
/// any mixture of code, skip code and float32. Magnitudes are kept near 1, so that most encoded values are inside their range.
/// </summary>
internal sealed class RandomNetwork
{
    private const long MaxMacs = 300_000;
    private static readonly int[] ChannelCounts = [1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 20, 31, 32, 33, 48, 64, 70];

    /// <summary>The networks before it are those of the conformance program, which stay what they are.</summary>
    private const int FirstWithPlanes = 40;

    private readonly Random _random;
    private readonly NetworkBuilder _builder;
    private readonly List<float> _magnitudes = [1];

    // Steps, scales and biases that are powers of two make ties and half steps frequent.
    private readonly bool _isDyadic;

    // All coefficients powers of two, all operations with an ONNX form.
    private readonly bool _isExportable;

    // Whether codes with coefficients keep their bit-planes apart.
    private readonly bool _hasPlanes;
    private Tensor _current;
    private bool _isLast;

    /// <summary>What any layer may read: an input with codes by channel is for products alone.</summary>
    private IEnumerable<Tensor> Readable => _builder.Tensors.Where(tensor => !tensor.IsByChannel);

    private RandomNetwork(int seed, bool isExportable)
    {
        _random = new Random(seed);
        _isExportable = isExportable;
        _hasPlanes = seed >= FirstWithPlanes && seed % 3 == 0;
        _isDyadic = Chance(0.35);
        int channels = Chance(0.6) ? _random.Next(1, 5) : Pick(ChannelCounts);
        bool takesBytes = Chance(0.4);
        _builder = new NetworkBuilder(WithCodesByChannel(seed, new InputSpec
        {
            Shape = new(_random.Next(1, 11), _random.Next(1, 22), channels),
            Mean = takesBytes ? new(Enumerable.Range(0, channels).Select(_ => _random.NextDouble())) : default,
            Std = takesBytes ? new(Enumerable.Range(0, channels).Select(_ => 0.1 + _random.NextDouble())) : default,
            Code = RandomCode(Activation.None, 1),
        }));
        _current = _builder.Tensors[0];
    }

    /// <summary>Now and then gains, zeros or both.</summary>
    private InputSpec WithCodesByChannel(int seed, InputSpec input)
    {
        var random = new Random(~seed);
        int kind = random.Next(12);
        if (kind > 2 || input.Code.Coefficients.Count > 0)
            return input;
        IEnumerable<int> channels = Enumerable.Range(0, input.Shape[2]);
        return input with
        {
            Code = kind == 0 ? input.Code : input.Code with { Zero = 0 },
            Gain = kind == 1 ? default : new(channels.Select(_ => (double)Rounded(0.5 + (2 * random.NextDouble())))),
            Zeros = kind == 0 ? default : new(channels.Select(_ => random.Next(1 << input.Code.Bits))),
        };
    }

    public static TestNetwork[] CreateMany(int firstSeed, int count) => [.. Enumerable.Range(firstSeed, count).Select(seed => Create(seed))];

    /// <param name="seed">Decides everything.</param>
    /// <param name="isExportable">Whether all coefficients are powers of two, and operations those that can be exported.</param>
    public static TestNetwork Create(int seed, bool isExportable = false)
    {
        var network = new RandomNetwork(seed, isExportable);
        int blocks = network._random.Next(1, 7);
        bool endsDense = network.Chance(0.3);
        for (int block = 1; block <= blocks; block++)
        {
            network._isLast = block == blocks && !endsDense;
            network.AddBlock();
        }

        network._isLast = true;
        if (endsDense && network._current.Code is not null)
            network.Dense();
        if (!isExportable && network.Chance(0.12))
            network.Add(network.Layer(LayerOp.Softmax, network._current), 1);
        return network._builder.Build($"Net{seed}", seed % 3 == 1 ? Preference.Memory : Preference.Speed);
    }

    private void AddBlock()
    {
        // Now and then a branch starts at an earlier tensor.
        if (Chance(0.15))
            _current = Pick(_builder.Tensors);
        bool isCoded = _current.Code is not null;
        int choice = _random.Next(_current.IsByChannel ? 50 : 100);
        if (choice < 38 && isCoded)
            Convolution();
        else if (choice < 50 && isCoded)
            Depthwise();
        else if (choice < 61)
            Sum();
        else if (choice < 66 && !_isExportable)
            Product();
        else if (choice < 72 && isCoded)
            MaxPool();
        else if (choice < 78 && _current.SumCode is not null)
            AvgPool();
        else if (choice < 81 && _current.SumCode is not null)
            GlobalAvgPool();
        else if (choice < 88)
            Concat();
        else if (choice < 92)
            Subsample();
        else if (choice < 96)
            PadChannels();
        else if (choice < 98)
            Flatten();
        else if (isCoded)
            Dense();
        else
            Concat();
    }

    // Layers with weights

    private void Convolution(int? channels = null, bool keepsShape = false, bool isForSum = false)
    {
        Tensor input = _current;
        LayerSpec spec = CanBeWinograd(input) && Chance(0.6)
            ? Winograd(input, keepsShape, out int height, out int width)
            : Windowed(LayerOp.Conv, input, keepsShape, out height, out width);
        int products = spec.Kernel[0] * spec.Kernel[1] * input.Channels;
        int outputs = channels ?? (int)Math.Clamp(MaxMacs / ((long)height * width * products), 1, Pick(ChannelCounts));
        if (spec.KernelStrategy == "auto" && !input.IsByChannel && Chance(0.3))
        {
            int[] divisors = [.. Enumerable.Range(1, input.Channels).Where(count => input.Channels % count == 0)];
            int groups = Pick(divisors);
            if (channels is null)
                outputs = groups * Math.Max(1, Pick(ChannelCounts) / groups);
            if (outputs % groups == 0)
                spec = spec with { Groups = groups };
        }

        Weighted(spec with { Channels = outputs }, input, spec.Kernel[0], spec.Kernel[1], input.Channels / Math.Max(1, spec.Groups), outputs, isForSum);
    }

    private static bool CanBeWinograd(Tensor input) =>
        input.Code!.Product.MaxLevel <= WinogradTransform.MaxLevel && (input.Id > 0 || input.Channels % 4 == 0) && input.Height > 1 && input.Width > 1;

    /// <summary>A 3x3 convolution with stride 1, most often pinned to a size of tile that the planner would not choose.</summary>
    private LayerSpec Winograd(Tensor input, bool keepsShape, out int height, out int width)
    {
        int[] pad = keepsShape ? [1, 1, 1, 1] : [.. Enumerable.Range(0, 4).Select(_ => _random.Next(1, 3))];
        height = input.Height + pad[0] + pad[2] - 2;
        width = input.Width + pad[1] + pad[3] - 2;
        return Layer(LayerOp.Conv, input) with
        {
            Kernel = new(3, 3),
            Stride = new(1, 1),
            Pad = new(pad),
            KernelStrategy = Pick("auto", "winograd-2x2", "winograd-2x2", "winograd-4x4", "winograd-4x4", "winograd-4x4"),
        };
    }

    private void Depthwise()
    {
        LayerSpec spec = Windowed(LayerOp.Depthwise, _current, keepsShape: false, out _, out _);
        Weighted(spec, _current, spec.Kernel[0], spec.Kernel[1], 1, _current.Channels, isForSum: false);
    }

    private void Dense()
    {
        int outputs = (int)Math.Clamp(MaxMacs / _current.Length, 1, Pick(ChannelCounts));
        Weighted(
            Layer(LayerOp.Dense, _current) with { Channels = outputs }, _current, _current.Height, _current.Width, _current.Channels, outputs, isForSum: false);
    }

    private void Weighted(LayerSpec spec, Tensor input, int rows, int columns, int channels, int outputs, bool isForSum)
    {
        int bits = _random.Next(1, spec.KernelStrategy == "auto" ? 9 : WinogradTransform.MaxWeightBits + 1), products = rows * columns * channels;
        Code code = input.Code!;
        sbyte[] values = RandomWeights(bits, outputs, products);
        if (!isForSum)
            spec = WithActivation(spec, mayHaveSlopes: spec.KernelStrategy == "auto");
        Activation activation = spec.Activation;
        float magnitude = activation == Activation.Relu6 ? Pick(0.5f, 4, 8) : Pick(0.5f, 1, 2);

        var scale = new float[outputs];
        var bias = new float[outputs];
        for (int o = 0; o < outputs; o++)
        {
            ReadOnlySpan<sbyte> filter = values.AsSpan(o * products, products);
            double squares = 0, sum = 0;
            for (int i = 0; i < products; i++)
            {
                squares += filter[i] * filter[i];
                sum += filter[i] * ((code.MaxLevel / 2.0) - input.ZeroOf(channels == 1 ? o % input.Channels : i % input.Channels));
            }

            double deviation = Math.Sqrt(Math.Max(squares, 1)) * Math.Max(code.MaxLevel, 1) / 3.0;
            scale[o] = Rounded(magnitude / (deviation * code.Step) * (0.5 + _random.NextDouble()));
            double mean = sum * code.Step * scale[o];
            double wanted = (_random.NextDouble() * magnitude) - mean;
            bias[o] = _isDyadic ? (float)(Math.Round(wanted * 64) / 64) : (float)wanted;
        }

        bool isGathered = spec.Groups > 1 || spec.Dilation.Any(step => step > 1);
        BoundsSpec? bounds = spec.Op == LayerOp.Depthwise ? null
            : isGathered ? RandomBounds(values, outputs, rows * columns, 1, channels, (channels + 3) / 4 * 4, input.Code!.Product.MaxLevel, isWinograd: false)
            : RandomBounds(
                values, outputs, rows, columns, channels, input.Id == 0 ? channels : (channels + 3) / 4 * 4, input.Code!.Product.MaxLevel,
                spec.KernelStrategy != "auto");
        spec = spec with { Weight = new WeightSpec(bits), Bounds = bounds };
        float[]? slopes = activation == Activation.PRelu ? [.. Enumerable.Range(0, outputs).Select(_ => (_random.NextSingle() * 2) - 0.5f)] : null;
        _current = _builder.Add(isForSum ? spec : WithCodes(spec, magnitude), values, scale, bias, slopes);
        _magnitudes.Add(magnitude);
    }

    private sbyte[] RandomWeights(int bits, int outputs, int products)
    {
        int largest = bits == 1 ? 1 : (1 << (bits - 1)) - 1;
        int kind = _random.Next(8);
        var values = new sbyte[outputs * products];
        for (int i = 0; i < values.Length; i++)
        {
            int sign = _random.Next(2) == 0 ? -1 : 1;
            int value = kind switch
            {
                0 => largest,
                1 => -largest,
                2 => i / products % 2 == 0 ? largest : -largest,
                3 => sign * largest,
                4 => Chance(0.1) ? sign * largest : 0,
                5 => (int)Math.Round(sign * largest * Math.Pow(_random.NextDouble(), 4)),
                _ => _random.Next(-largest, largest + 1),
            };
            values[i] = (sbyte)(bits == 1 && value == 0 ? sign : value);
        }

        return values;
    }

    /// <summary>None, what is true of the weights, or fewer steps than that: every way to accumulate gets its turn.</summary>
    private BoundsSpec? RandomBounds(
        sbyte[] values, int outputs, int rows, int columns, int channels, int pixelBytes, int maxLevel, bool isWinograd)
    {
        var proved = AccumulationBounds.Prove(values, outputs, rows, columns, channels, pixelBytes, maxLevel);
        int winograd2 = 0, winograd4 = 0;
        if (isWinograd && Chance(0.5))
        {
            winograd2 = WinogradWeights.ChunksOf([WinogradWeights.Of(WinogradTransform.F2, values, outputs, channels)], maxLevel);
            winograd4 = WinogradWeights.ChunksOf([WinogradWeights.Of(WinogradTransform.F4, values, outputs, channels)], maxLevel);
        }

        int steps = _random.Next(4) switch
        {
            0 => proved.Steps,
            1 => _random.Next(proved.Steps + 1),
            2 => Math.Min(proved.Steps, _random.Next(10)),
            _ => -1,
        };
        return steps < 0 ? null : new BoundsSpec(proved.Pair, steps, (int)proved.Sum, winograd2, winograd4);
    }

    // Layers without weights

    private void Sum()
    {
        Tensor first = _current;
        Tensor[] same = [.. Readable.Where(tensor => tensor.Id != first.Id && HasShapeOf(tensor, first))];
        Tensor second;
        if (first.Code is not null && (same.Length == 0 || Chance(0.7)))
        {
            Convolution(first.Channels, keepsShape: true, isForSum: Chance(0.6));
            second = _current;
        }
        else
        {
            // Now and then a tensor and itself.
            second = same.Length == 0 ? first : Pick(same);
        }

        (first, second) = Chance(0.5) ? (first, second) : (second, first);
        Add(WithCodes(WithActivation(Layer(LayerOp.Add, first, second)), 1), _magnitudes[first.Id] + _magnitudes[second.Id]);
    }

    /// <summary>A tensor times another one, or times a gate of one pixel.</summary>
    private void Product()
    {
        Tensor first = _current;
        if (Chance(0.5) && first.SumCode is not null)
            GlobalAvgPool();
        Tensor[] factors = [.. Readable.Where(tensor => HasShapeOf(tensor, first) || (tensor.Length == first.Channels && tensor.Channels == first.Channels))];
        Tensor second = HasShapeOf(_current, first) || _current.Length == first.Channels ? _current : Pick(factors);
        float magnitude = _magnitudes[first.Id] * _magnitudes[second.Id];
        Add(WithCodes(WithActivation(Layer(LayerOp.Mul, first, second)), magnitude), magnitude);
    }

    /// <summary>Any activation, with its numbers.</summary>
    private LayerSpec WithActivation(LayerSpec spec, bool mayHaveSlopes = false)
    {
        Activation activation = _isExportable || Chance(0.5) ? (Activation)_random.Next(3) : Pick(Enum.GetValues<Activation>());
        if (activation == Activation.PRelu && !mayHaveSlopes)
            activation = Activation.None;
        double low = Pick(-1, -0.25, 0, 0.25), high = low + Pick(0, 0.5, 1);
        return spec with
        {
            Activation = activation,
            Slope = activation == Activation.LeakyRelu ? Pick(0.1, 0.01, -0.5, 1.5) : 0,
            Limits = activation == Activation.Clip ? new(Chance(0.2) ? double.NegativeInfinity : low, Chance(0.2) ? double.PositiveInfinity : high) : default,
        };
    }

    private void Concat()
    {
        Tensor[] beside = [.. Readable.Where(tensor => (tensor.Height, tensor.Width) == (_current.Height, _current.Width))];
        Tensor[] operands = [_current, .. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(beside))];
        if (operands.Sum(operand => operand.Channels) > 150)
            operands = [_current, _current];
        LayerSpec spec = Layer(LayerOp.Concat, operands);
        float magnitude = _magnitudes[_current.Id];
        spec = _current.Code is not null && Chance(0.5) ? spec with { Code = SpecOf(_current.Code) } : WithCodes(spec, magnitude);
        Add(spec is { Code: null, Skip: null } ? spec with { Code = RandomCode(Activation.None, magnitude) } : spec, magnitude);
    }

    private void MaxPool() => Add(Windowed(LayerOp.MaxPool, _current, keepsShape: false, out _, out _), _magnitudes[_current.Id]);

    private void AvgPool() =>
        Add(
            WithCodes(Windowed(LayerOp.AvgPool, _current, keepsShape: false, out _, out _) with { CountIncludePad = Chance(0.4) }, _magnitudes[_current.Id]),
            _magnitudes[_current.Id]);

    private void GlobalAvgPool() => Add(WithCodes(Layer(LayerOp.GlobalAvgPool, _current), _magnitudes[_current.Id] / 2), _magnitudes[_current.Id] / 2);

    private void Flatten() => Add(Layer(LayerOp.Flatten, _current), _magnitudes[_current.Id]);

    private void Subsample() =>
        Add(Layer(LayerOp.Subsample, _current) with { Stride = new(_random.Next(1, 4), _random.Next(1, 4)) }, _magnitudes[_current.Id]);

    private void PadChannels()
    {
        int before = _random.Next(9), after = _random.Next(before == 0 ? 1 : 0, 9);
        Add(Layer(LayerOp.PadChannels, _current) with { PadChannels = new(before, after) }, _magnitudes[_current.Id]);
    }

    private void Add(LayerSpec spec, float magnitude)
    {
        _current = _builder.Add(spec);
        _magnitudes.Add(magnitude);
    }

    // Parts of layers

    private LayerSpec Layer(LayerOp op, params Tensor[] inputs) => new()
    {
        Name = $"{op.ToString().ToLowerInvariant()}{_builder.Tensors.Count}",
        Op = op,
        Inputs = new(inputs.Select(input => input.Name)),
    };

    /// <summary>A window that fits, with uneven padding on its sides.</summary>
    private LayerSpec Windowed(LayerOp op, Tensor input, bool keepsShape, out int height, out int width)
    {
        bool dilates = op is LayerOp.Conv or LayerOp.Depthwise && Chance(0.2) && (op == LayerOp.Depthwise || !input.IsByChannel);
        (int kernel, int dilation, int stride, int before, int after) Side(int length)
        {
            while (true)
            {
                int kernel = Pick(1, 2, 3, 3, 3, 4, 5), dilation = dilates ? _random.Next(1, 4) : 1, extent = ((kernel - 1) * dilation) + 1;
                if (keepsShape)
                    return (kernel, dilation, 1, extent / 2, extent - 1 - (extent / 2));
                int before = _random.Next(extent), after = _random.Next(extent);
                if (length + before + after >= extent)
                    return (kernel, dilation, Pick(1, 1, 2, 3), before, after);
            }
        }

        (int rows, int rowDilation, int rowStride, int top, int bottom) = Side(input.Height);
        (int columns, int columnDilation, int columnStride, int left, int right) = Side(input.Width);
        height = ((input.Height + top + bottom - ((rows - 1) * rowDilation) - 1) / rowStride) + 1;
        width = ((input.Width + left + right - ((columns - 1) * columnDilation) - 1) / columnStride) + 1;
        return Layer(op, input) with
        {
            Kernel = new(rows, columns),
            Dilation = dilates ? new(rowDilation, columnDilation) : default,
            Stride = new(rowStride, columnStride),
            Pad = new(top, left, bottom, right),
        };
    }

    /// <summary>A code, both codes, a skip code alone, or float32: often at the end, where it shows every rounding.</summary>
    private LayerSpec WithCodes(LayerSpec spec, float magnitude)
    {
        if (_isLast && Chance(0.5))
            return spec;
        double chance = _random.NextDouble();
        CodeSpec? code = chance < 0.8 ? RandomCode(spec.Activation, magnitude) : null;
        CodeSpec? skip = chance is > 0.55 and < 0.88 ? RandomCode(spec.Activation, magnitude, isEven: true) : null;
        return spec with { Code = code, Skip = skip };
    }

    private CodeSpec RandomCode(Activation activation, float magnitude, bool isEven = false)
    {
        int bits = Chance(0.4) ? _random.Next(1, 5) : _random.Next(1, 9);
        double[] coefficients = _random.Next(isEven || _isExportable ? 5 : 10) switch
        {
            < 5 => [],
            < 8 => [.. Enumerable.Range(0, bits).Select(_ => (double)_random.Next(1, (255 / bits) + 1)).OrderDescending()],
            8 => [.. Enumerable.Range(0, bits).Select(_ => (double)_random.Next(1, 5)).OrderDescending()],
            _ => [.. Enumerable.Range(0, bits).Select(_ => 0.3 + (3 * _random.NextDouble())).OrderDescending()],
        };
        double most = coefficients.Length == 0 ? (1 << bits) - 1 : coefficients.Sum();
        bool hasZero = activation is Activation.Relu or Activation.Relu6 or Activation.Sigmoid ? Chance(0.1) : Chance(0.8);

        // A level that some code reaches: the sum of some of the coefficients.
        int zero = !hasZero ? 0
            : coefficients.Length == 0 ? _random.Next((int)most + 1)
            : (int)coefficients.Where(_ => Chance(0.5)).Sum();
        return new CodeSpec
        {
            Bits = bits,
            Step = Rounded(magnitude * (0.5 + (2 * _random.NextDouble())) / most),
            Zero = zero,
            Coefficients = new(coefficients),
            Planes = _hasPlanes && coefficients.Length > 0,
        };
    }

    private static CodeSpec SpecOf(Code code) => new()
    {
        Bits = code.Bits,
        Step = code.Step,
        Zero = code.Zero,
        Coefficients = new(code.Coefficients.Select(coefficient => (double)coefficient)),
    };

    private float Rounded(double value) => (float)(_isDyadic ? Math.Pow(2, Math.Round(Math.Log2(value))) : value);

    private static bool HasShapeOf(Tensor a, Tensor b) => (a.Height, a.Width, a.Channels) == (b.Height, b.Width, b.Channels);

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(params IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}

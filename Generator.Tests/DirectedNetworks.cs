using BitKernelGen.Packing;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>Networks for what random ones meet too rarely.</summary>
internal static class DirectedNetworks
{
    private static readonly CodeSpec Bytes = new() { Bits = 8, Step = 1 };

    public static IReadOnlyList<TestNetwork> All { get; } =
    [
        LargeSums(), LargeInput(), TallWindow(), SharedNames(), Bands(), Sums(), FloatResidual(), PackedTiles(),
        Winograd("Winograd2", 2, isLargest: false), Winograd("Winograd4", 4, isLargest: false),
        WinogradByChannel("Winograd2ByChannel", 2), WinogradByChannel("Winograd4ByChannel", 4),
        Winograd("Winograd2Largest", 2, isLargest: true), Winograd("Winograd4Largest", 4, isLargest: true),
        WinogradPacked("WinogradPacked", isLargest: false), WinogradPacked("WinogradPackedLargest", isLargest: true),
        WinogradHalves("WinogradHalves", largest: 0), WinogradHalves("WinogradHalvesLargest", largest: 119), WinogradHalves("WinogradHalvesLeast", largest: -119),
        ActivationTables("ActivationTables", isLargest: false), ActivationTables("ActivationTablesLargest", isLargest: true), LargeTableInput(),
        WeightTables("WeightTables", extreme: 0), WeightTables("WeightTablesLargest", extreme: 1), WeightTables("WeightTablesLeast", extreme: -1),
        WideWeightTables("WideWeightTables", extreme: 0), WideWeightTables("WideWeightTablesLargest", extreme: 1),
        Planes(), OneRow(), StridedTables(),
        NegativeZero("NegativeLimit", (zero, layer) => layer with { Activation = Activation.Clip, Limits = new(zero, 1) }),
        NegativeZero("NegativeSlope", (zero, layer) => layer with { Activation = Activation.LeakyRelu, Slope = zero }),
    ];

    /// <summary>Sums above 2²⁴, which float32 does not hold exactly.</summary>
    private static TestNetwork LargeSums()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(1500), Code = Bytes });
        AddWeighted(builder, 8, 5, 1500, seed: 1, new LayerSpec { Name = "dense", Op = LayerOp.Dense, Inputs = new("input"), Channels = 5 }, isLargest: true);
        return builder.Build("LargeSums");
    }

    /// <summary>More than half a second-level cache of widened activations.</summary>
    private static TestNetwork LargeInput()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(61, 67, 36), Code = Bytes });
        AddWeighted(builder, 8, 1, 36, seed: 2, Convolution("wide", "input", 1, 1, 1) with { Stride = new(2, 1) });
        return builder.Build("LargeInput");
    }

    /// <summary>A window of many rows, of which 16 bits hold a few, not all, and no divisor of all.</summary>
    private static TestNetwork TallWindow()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(9, 6, 4), Code = Bytes with { Bits = 2 } });
        AddWeighted(builder, 8, 19, 7 * 4, seed: 3, Convolution("tall", "input", 7, 1, 19) with { Bounds = null });
        AddWeighted(builder, 4, 3, 5 * 2 * 4, seed: 4, Convolution("lower", "input", 5, 2, 3) with { Bounds = new(1000, 5, 100000) });
        return builder.Build("TallWindow");
    }

    /// <summary>Sums of panels of one vector, two and three with a residual that stays float32.</summary>
    private static TestNetwork FloatResidual()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(5, 7, 8), Code = Bytes with { Bits = 4 } });
        string from = "input";
        int before = 8;
        foreach (int channels in new[] { 16, 32, 48, 64 })
        {
            AddWeighted(builder, 4, channels, before, seed: channels, Convolution($"left{channels}", from, 1, 1, channels));
            AddWeighted(builder, 4, channels, before, seed: channels + 1, Convolution($"right{channels}", from, 1, 1, channels));
            from = $"sum{channels}";
            builder.Add(new LayerSpec
            {
                Name = from,
                Op = LayerOp.Add,
                Inputs = new($"left{channels}", $"right{channels}"),
                Activation = Activation.Relu,
                Code = new CodeSpec { Bits = 4, Step = 40 },
            });
            before = channels;
        }

        return builder.Build("FloatResidual");
    }

    /// <summary>
    /// A residual block of Winograd layers on levels that the input can drive to any value: tiles that hang over, several groups of
    /// them, channels that fill no vector, and with the largest weights as many chunks as there can be.
    /// </summary>
    private static TestNetwork Winograd(string name, int tile, bool isLargest)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(9, 22, 68), Code = Bytes with { Bits = 4 } });
        var code = new CodeSpec { Bits = 4, Step = isLargest ? 2000 : 30 };
        LayerSpec Layer(string layer, string input, int channels) => Convolution(layer, input, 3, 3, channels) with
        {
            Pad = new(1, 1, 1, 1),
            KernelStrategy = $"winograd-{tile}x{tile}",
        };
        AddWeighted(builder, 4, 60, 9 * 68, seed: 6, Layer("first", "input", 60) with { Activation = Activation.Relu, Code = code, Skip = code with { Bits = 8 } }, isLargest);
        AddWeighted(builder, 4, 60, 9 * 60, seed: 7, Layer("second", "first", 60), isLargest);
        builder.Add(new LayerSpec
        {
            Name = "add",
            Op = LayerOp.Add,
            Inputs = new("second", "first"),
            Activation = Activation.Relu,
            Code = code,
            Skip = code with { Bits = 8 },
        });
        AddWeighted(builder, 2, 16, 9 * 60, seed: 8, Layer("third", "add", 16) with { Pad = new(1, 1, 0, 1), Code = code with { Zero = 3 } }, isLargest);
        AddWeighted(builder, 3, 5, 9 * 16, seed: 9, Layer("fourth", "third", 5) with { Pad = new(0, 0, 0, 0) }, isLargest);
        return builder.Build(name);
    }

    /// <summary>
    /// Winograd layers with so many weights that they stay packed, of every number of bits: outputs that fill no panel, one group of
    /// tiles and several, chunks.
    /// </summary>
    private static TestNetwork WinogradPacked(string name, bool isLargest)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(6, 13, 128), Code = Bytes with { Bits = 4 } });
        string from = "input";
        int channels = 128, seed = 20;
        foreach ((int tile, int bits, int outputs) in new[] { (4, 4, 92), (4, 3, 144), (4, 2, 80), (2, 4, 420), (4, 1, 36) })
        {
            string layer = $"bits{bits}tile{tile}";
            AddWeighted(builder, bits, outputs, 9 * channels, seed++, Convolution(layer, from, 3, 3, outputs) with
            {
                Pad = new(1, 1, 1, 1),
                KernelStrategy = $"winograd-{tile}x{tile}",
                Activation = Activation.Relu,
                Code = new CodeSpec { Bits = 4, Step = isLargest ? 4000 : 50 },
            }, isLargest);
            (from, channels) = (layer, outputs);
        }

        return builder.Build(name);
    }

    /// <summary>
    /// A residual block of Winograd layers whose weights are multiplied in halves, then some whose weights stay packed: every number of
    /// bits, channels that fill no vector. 119 is 16 · 7 + 7, the largest weight that proves to fit wherever it stands.
    /// </summary>
    private static TestNetwork WinogradHalves(string name, int largest)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(9, 14, 20), Code = Bytes with { Bits = 4 } });
        var code = new CodeSpec { Bits = 4, Step = largest == 0 ? 300 : 20_000 };
        CodeSpec skip = code with { Bits = 8 };
        Add(8, 60, "input", "first", code, skip);
        Add(8, 60, "first", "second", null, null);
        builder.Add(new LayerSpec { Name = "add", Op = LayerOp.Add, Inputs = new("second", "first"), Activation = Activation.Relu, Code = code, Skip = skip });
        Add(5, 33, "add", "third", code with { Zero = 3 }, null);
        Add(6, 128, "third", "before", code, null);
        Add(8, 64, "before", "packed8", code, null);
        Add(6, 130, "packed8", "packed6", code with { Bits = 3 }, null);
        Add(7, 5, "packed6", "last", null, null);
        return builder.Build(name);

        void Add(int bits, int outputs, string input, string layer, CodeSpec? encoded, CodeSpec? kept)
        {
            Tensor from = builder.Tensors[^1];
            var random = new Random(layer.Length + bits);
            int most = (1 << (bits - 1)) - 1;
            sbyte[] weights =
            [
                .. Enumerable.Range(0, outputs * 9 * from.Channels)
                    .Select(_ => (sbyte)(largest == 0 ? random.Next(-most, most + 1) : Math.Clamp(largest, -most, most))),
            ];
            builder.Add(
                Convolution(layer, input, 3, 3, outputs) with
                {
                    Pad = new(1, 1, 1, 1),
                    Weight = new(bits),
                    Bounds = Winograd4Bounds(weights, bits, outputs, from),
                    KernelStrategy = "winograd-4x4",
                    Activation = encoded is null ? Activation.None : Activation.Relu,
                    Code = encoded,
                    Skip = kept,
                },
                weights,
                [.. Enumerable.Range(0, outputs).Select(_ => 0.01f + random.NextSingle())],
                [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle())]);
        }
    }

    /// <summary>What the weights of a 3x3 convolution prove, as the calibrator writes it, for products of F(4x4).</summary>
    internal static BoundsSpec Winograd4Bounds(sbyte[] weights, int bits, int outputs, Tensor input)
    {
        int channels = input.Channels, maxLevel = input.Code!.MaxLevel;
        var proved = AccumulationBounds.Prove(weights, outputs, 3, 3, channels, (channels + 3) / 4 * 4, maxLevel);
        int chunks = WinogradWeights.ChunksOf(WinogradWeights.PartsOf(WinogradTransform.F4, weights, outputs, channels, bits), maxLevel);
        return new BoundsSpec(proved.Pair, proved.Steps, (int)proved.Sum, Winograd4: chunks);
    }

    /// <summary>
    /// Layers that look products up: windows, strides and steps of all shapes, sums that are stored as levels 64 at a time and others,
    /// channels that fill no group, outputs that fill no vector, and with the largest weights 8-bit sums at both ends of their range.
    /// </summary>
    private static TestNetwork ActivationTables(string name, bool isLargest)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(11, 13, 8), Code = Bytes with { Bits = 2, Zero = 1 } });
        var code = new CodeSpec { Bits = 2, Step = isLargest ? 60 : 9 };
        CodeSpec skip = code with { Bits = 8, Step = isLargest ? 2 : 0.3f };
        LayerSpec Layer(string layer, string input, int rows, int columns, int channels) => Convolution(layer, input, rows, columns, channels) with
        {
            KernelStrategy = "activation-tables",
            Activation = Activation.Relu,
            Code = code,
        };
        LayerSpec Same(string layer, string input, int channels) => Layer(layer, input, 3, 3, channels) with { Pad = new(1, 1, 1, 1) };
        AddWeighted(builder, 2, 12, 9 * 8, seed: 29, Same("before", "input", 12), isLargest);
        AddWeighted(builder, 2, 64, 9 * 12, seed: 30, Same("first", "before", 64) with { Pad = new(2, 0, 2, 0), Skip = skip }, isLargest);
        AddWeighted(builder, 1, 64, 9 * 64, seed: 31, Same("second", "first", 64) with { Activation = Activation.None, Code = null }, isLargest);
        builder.Add(new LayerSpec { Name = "sum", Op = LayerOp.Add, Inputs = new("second", "first"), Activation = Activation.Relu, Code = code, Skip = skip });
        AddWeighted(builder, 2, 130, 9 * 64, seed: 32, Same("strided", "sum", 130) with { Stride = new(2, 2) }, isLargest);
        AddWeighted(builder, 2, 128, 130, seed: 33, Layer("narrow", "strided", 1, 1, 128) with { Code = code with { Zero = 2 }, Activation = Activation.None }, isLargest);
        AddWeighted(builder, 2, 256, 4 * 128, seed: 34, Layer("even", "narrow", 2, 2, 256) with { Code = code with { Bits = 1 }, Skip = skip }, isLargest);
        AddWeighted(builder, 2, 70, 3 * 256, seed: 35, Layer("wide", "even", 1, 3, 70) with { Stride = new(2, 1), Code = code with { Coefficients = new(2.0, 1.0) } }, isLargest);
        AddWeighted(builder, 2, 256, 70, seed: 36, Layer("again", "wide", 1, 1, 256), isLargest);
        AddWeighted(builder, 1, 5, 256, seed: 37, Layer("last", "again", 1, 1, 5) with { Activation = Activation.LeakyRelu, Slope = 0.25, Code = null }, isLargest);
        return builder.Build(name);
    }

    /// <summary>More addresses of tables than are made at a time.</summary>
    private static TestNetwork LargeTableInput()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(60, 67, 72), Code = Bytes with { Bits = 2 } });
        AddWeighted(builder, 2, 6, 72, seed: 38, Convolution("large", "input", 1, 1, 6) with { KernelStrategy = "activation-tables", Stride = new(1, 2) });
        return builder.Build("LargeTableInput");
    }

    /// <summary>
    /// Layers that look up tables of weights, of every number of bits: windows and strides of all shapes, chunks that are groups of channels,
    /// rows of the window and parts of a row, channels that fill no group, outputs that fill no panel, rows that fill no vector.
    /// </summary>
    private static TestNetwork WeightTables(string name, int extreme)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(23, 29, 15), Code = Bytes with { Bits = 4, Zero = 3 } });
        string from = "input";
        int channels = 15, seed = 80;
        void Add(string layer, int rows, int columns, int outputs, int bits, CodeSpec? code, LayerSpec change)
        {
            AddWeighted(builder, bits, outputs, rows * columns * channels, seed++, change with
            {
                Name = layer,
                Inputs = new(from),
                Kernel = new(rows, columns),
                Channels = outputs,
                KernelStrategy = "weight-tables",
                Code = code,
            }, extreme);
            (from, channels) = (layer, outputs);
        }

        LayerSpec plain = Convolution("", "", 1, 1, 1), same = plain with { Pad = new(1, 1, 1, 1) };
        CodeSpec Code(int bits, int zero, float step) => new() { Bits = bits, Zero = zero, Step = extreme == 0 ? step : 12 * step };
        CodeSpec skip = Code(8, 100, 1);
        Add("first", 3, 3, 10, 3, Code(2, 1, 9), same with { Skip = skip });
        Add("second", 3, 3, 10, 6, null, same);
        builder.Add(new LayerSpec { Name = "sum", Op = LayerOp.Add, Inputs = new("second", "first"), Code = Code(4, 6, 30), Skip = skip });
        from = "sum";
        Add("strided", 3, 3, 17, 5, Code(1, 0, 200), same with { Stride = new(2, 2), Activation = Activation.Relu });
        Add("narrow", 1, 1, 70, 1, Code(3, 2, 1), plain);
        Add("even", 2, 2, 24, 4, Code(2, 1, 60), plain);
        Add("wide", 1, 3, 33, 2, Code(2, 0, 8) with { Coefficients = new(2.0, 1.0) }, plain with { Stride = new(2, 1), Activation = Activation.Relu });
        Add("seven", 7, 7, 8, 2, Code(3, 3, 8), plain with { Pad = new(3, 3, 2, 4) });
        Add("five", 5, 5, 20, 4, Code(4, 8, 40), plain with { Pad = new(2, 2, 2, 2), Stride = new(1, 2) });
        Add("tall", 5, 1, 9, 3, Code(4, 8, 60), plain with { Pad = new(1, 0, 2, 0) });
        Add("last", 1, 1, 5, 4, null, plain with { Stride = new(2, 3), Activation = Activation.LeakyRelu, Slope = 0.25 });
        return builder.Build(name);
    }

    /// <summary>Sums that take more than 16 bits, and more planes than are made at a time; then images of a few pixels.</summary>
    private static TestNetwork WideWeightTables(string name, int extreme)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(11, 70, 76), Code = Bytes with { Bits = 4 } });
        var code = new CodeSpec { Bits = 4, Zero = 5, Step = extreme == 0 ? 200 : 6000 };
        LayerSpec tables = Convolution("wide", "input", 3, 3, 36) with { KernelStrategy = "weight-tables" };
        AddWeighted(builder, 4, 36, 9 * 76, seed: 95, tables with { Pad = new(1, 1, 1, 1), Code = code }, extreme);
        AddWeighted(builder, 4, 20, 9 * 36, seed: 96, tables with { Name = "strided", Inputs = new("wide"), Channels = 20, Stride = new(2, 2), Code = code with { Bits = 2, Zero = 1 } }, extreme);
        AddWeighted(builder, 2, 7, 4 * 20, seed: 97, tables with { Name = "small", Inputs = new("strided"), Kernel = new(2, 2), Stride = new(2, 17), Channels = 7, Code = code with { Bits = 1, Zero = 0, Step = 3 } }, extreme);
        AddWeighted(builder, 1, 3, 7, seed: 98, tables with { Name = "pixel", Inputs = new("small"), Kernel = new(1, 1), Channels = 3 }, extreme);
        return builder.Build(name);
    }

    /// <summary>A Winograd layer on an input whose channels have zeros and gains of their own.</summary>
    private static TestNetwork WinogradByChannel(string name, int tile)
    {
        var builder = new NetworkBuilder(new InputSpec
        {
            Shape = new(7, 10, 12),
            Code = Bytes with { Bits = 4 },
            Gain = new(Enumerable.Range(0, 12).Select(channel => 0.5 + (channel / 8.0))),
            Zeros = new(Enumerable.Range(0, 12).Select(channel => channel * 7 % 16)),
        });
        AddWeighted(builder, 4, 20, 9 * 12, seed: 10, Convolution("first", "input", 3, 3, 20) with { Pad = new(1, 1, 1, 1), KernelStrategy = $"winograd-{tile}x{tile}" });
        return builder.Build(name);
    }

    /// <summary>
    /// Codes so large that a plan for memory never has them as a whole: after a window that reads rows of its neighbours, and after a
    /// sum that is written over its operand.
    /// </summary>
    private static TestNetwork Bands()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(47, 51, 8), Code = Bytes with { Bits = 4 } });
        var code = new CodeSpec { Bits = 4, Step = 40 };
        AddWeighted(builder, 4, 64, 9 * 8, seed: 11, Convolution("first", "input", 3, 3, 64) with
        {
            Stride = new(1, 1),
            Pad = new(2, 1, 1, 1),
            Activation = Activation.Relu,
            Code = code,
            Skip = code with { Bits = 8, Step = 3 },
        });
        AddWeighted(builder, 4, 8, 64, seed: 12, Convolution("second", "first", 1, 1, 8) with { Code = code with { Zero = 5 } });
        AddWeighted(builder, 5, 64, 9 * 8, seed: 13, Convolution("third", "second", 3, 3, 64) with { Pad = new(1, 1, 1, 1) });
        builder.Add(new LayerSpec
        {
            Name = "sum",
            Op = LayerOp.Add,
            Inputs = new("first", "third"),
            Code = code with { Zero = 7 },
            Skip = code with { Bits = 8, Step = 3, Zero = 100 },
        });
        AddWeighted(builder, 3, 12, 64, seed: 14, Convolution("fourth", "sum", 1, 1, 12) with { Code = code with { Zero = 7 } });
        AddWeighted(builder, 4, 64, 12, seed: 15, Convolution("fifth", "fourth", 1, 1, 64));
        builder.Add(new LayerSpec { Name = "last", Op = LayerOp.Add, Inputs = new("sum", "fifth"), Skip = code with { Bits = 8, Step = 3, Zero = 100 } });
        return builder.Build("Bands", Preference.Memory);
    }

    /// <summary>
    /// Panels that would be larger than all activations, of every number of bits: tiles take weights out of their bits. Sums of whole
    /// windows, of rows and of parts of a row; the last outputs fill no panel.
    /// </summary>
    internal static TestNetwork PackedTiles()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(5, 7, 64), Code = Bytes with { Bits = 4 } });
        string from = "input";
        for (int bits = 1; bits < 8; bits++)
        {
            AddWeighted(builder, bits, bits < 7 ? 64 : 40, 9 * 64, seed: 60 + bits, Convolution($"bits{bits}", from, 3, 3, bits < 7 ? 64 : 40) with
            {
                Pad = new(1, 1, 1, 1),
                Stride = bits == 4 ? new(2, 1) : new(1, 1),
                Activation = Activation.Relu,
                Code = bits < 7 ? new CodeSpec { Bits = 4, Step = 8 << bits } : null,
            });
            from = $"bits{bits}";
        }

        return builder.Build("PackedTiles", Preference.Memory);
    }

    /// <summary>Sums of codes and of floats, each of which can be written over an operand.</summary>
    private static TestNetwork Sums()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(5, 7, 12), Code = Bytes with { Bits = 4 } });
        var code = new CodeSpec { Bits = 5, Step = 4, Zero = 9 };
        AddWeighted(builder, 4, 20, 12, seed: 16, Convolution("a", "input", 1, 1, 20) with { Code = code });
        AddWeighted(builder, 3, 20, 12, seed: 17, Convolution("b", "input", 1, 1, 20) with { Code = code with { Step = 3 } });
        builder.Add(new LayerSpec { Name = "coded", Op = LayerOp.Add, Inputs = new("a", "b"), Code = code });
        AddWeighted(builder, 4, 18, 20, seed: 18, Convolution("c", "coded", 1, 1, 18));
        AddWeighted(builder, 5, 18, 20, seed: 19, Convolution("d", "coded", 1, 1, 18));
        builder.Add(new LayerSpec { Name = "float", Op = LayerOp.Add, Inputs = new("c", "d") });
        return builder.Build("Sums");
    }

    /// <summary>
    /// Codes whose bit-planes products keep apart, in every way that a product can be computed: of one plane and of several, two readers of
    /// one code, zero offsets, coefficients that let a larger code have a lower level, sums and moves that read levels of the same code.
    /// </summary>
    private static TestNetwork Planes()
    {
        CodeSpec Code(float step, int zero, params double[] coefficients) =>
            new() { Bits = coefficients.Length, Step = step, Zero = zero, Coefficients = new(coefficients), Planes = true };
        var builder = new NetworkBuilder(new InputSpec { Shape = new(9, 14, 3), Code = Code(0.7f, 5, 4.9, 2.3, 2.2) });
        LayerSpec Same(string name, string input, int channels) => Convolution(name, input, 3, 3, channels) with { Pad = new(1, 1, 1, 1) };
        AddWeighted(builder, 4, 20, 9 * 3, seed: 70, Same("first", "input", 20) with { Activation = Activation.Relu, Code = Code(3, 0, 3.7, 2.1, 1.6, 0.4) });
        AddWeighted(builder, 4, 20, 9 * 20, seed: 71, Same("second", "first", 20) with { KernelStrategy = "winograd-4x4" });
        builder.Add(new LayerSpec { Name = "sum", Op = LayerOp.Add, Inputs = new("second", "first"), Activation = Activation.Relu, Code = Code(17, 0, 1.3) });
        AddWeighted(builder, 2, 64, 9 * 20, seed: 72, Same("third", "sum", 64) with { Activation = Activation.PRelu, Code = Code(9, 3, 2.6, 1.4) });
        AddWeighted(builder, 8, 64, 9, seed: 73, Same("depthwise", "third", 64) with { Op = LayerOp.Depthwise, Channels = 0, Code = Code(11, 4, 4.5, 1.9, 0.9) });
        AddWeighted(builder, 1, 64, 9 * 64, seed: 74, Same("tables", "third", 64) with { KernelStrategy = "activation-tables", Code = Code(9, 0, 2.6, 1.4), Skip = new CodeSpec { Bits = 8, Step = 0.5f, Zero = 90 } });
        AddWeighted(builder, 3, 24, 9 * 16, seed: 75, Same("groups", "depthwise", 24) with { Groups = 4, Stride = new(2, 2), Code = Code(6, 0, 2.5, 1.2) });
        builder.Add(new LayerSpec { Name = "pooled", Op = LayerOp.MaxPool, Inputs = new("tables"), Kernel = new(2, 2), Stride = new(2, 2), Pad = new(0, 0, 0, 0) });
        AddWeighted(builder, 5, 24, 64, seed: 76, Convolution("narrow", "pooled", 1, 1, 24) with { Code = Code(6, 0, 2.5, 1.2) });
        builder.Add(new LayerSpec { Name = "cut", Op = LayerOp.Subsample, Inputs = new("groups"), Stride = new(2, 1) });
        builder.Add(new LayerSpec { Name = "flat", Op = LayerOp.Flatten, Inputs = new("cut") });
        AddWeighted(builder, 8, 7, 3 * 7 * 24, seed: 77, new LayerSpec { Name = "last", Op = LayerOp.Dense, Inputs = new("flat"), Channels = 7 });
        return builder.Build("Planes");
    }

    /// <summary>A row that one layer reads with padding on the left and another one, which widens its levels, without; it ends with the arena.</summary>
    private static TestNetwork OneRow()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(1, 9, 200), Code = Bytes });
        AddWeighted(builder, 4, 72, 200, seed: 100, Convolution("before", "input", 1, 1, 72) with { Code = Bytes with { Step = 90 } });
        AddWeighted(builder, 4, 4, 3 * 72, seed: 101, Convolution("causal", "before", 1, 3, 4) with { Pad = new(0, 2, 0, 0) });
        AddWeighted(builder, 8, 4, 72, seed: 102, Convolution("wide", "before", 1, 1, 4));
        builder.Add(new LayerSpec { Name = "sum", Op = LayerOp.Add, Inputs = new("causal", "wide") });
        return builder.Build("OneRow");
    }

    /// <summary>
    /// A window whose last column is of a phase of the stride that has a pixel less than the first one, in a row that fills no vector and ends
    /// with the arena. AVX2 has tables for it, wider vectors do not.
    /// </summary>
    private static TestNetwork StridedTables()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(7, 61, 132), Code = Bytes with { Bits = 2 } });
        AddWeighted(builder, 4, 128, 132, seed: 103, Convolution("before", "input", 1, 1, 128) with { Code = Bytes with { Bits = 2, Step = 40 } });
        AddWeighted(builder, 4, 48, 9 * 128, seed: 104, Convolution("strided", "before", 3, 3, 48) with { Stride = new(2, 2), KernelStrategy = "weight-tables" });
        return builder.Build("StridedTables");
    }

    /// <summary>A limit or a slope of −0, after a layer that differs from it in nothing but the sign.</summary>
    private static TestNetwork NegativeZero(string name, Func<double, LayerSpec, LayerSpec> activated)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(3, 5, 8), Code = Bytes with { Bits = 4, Zero = 7 } });
        AddWeighted(builder, 4, 8, 8, seed: 105, activated(0, Convolution("zero", "input", 1, 1, 8)));
        AddWeighted(builder, 4, 8, 8, seed: 105, activated(-0.0, Convolution("negative", "input", 1, 1, 8)));
        return builder.Build(name);
    }

    /// <summary>Layer names that are keywords, types or locals of the generated code.</summary>
    private static TestNetwork SharedNames()
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(2, 2, 4), Code = Bytes });
        string from = "input";
        foreach (string name in new[] { "class", "_weights", "weights", "arena", "Run", "1.0", "a-b", "a.b" })
        {
            AddWeighted(builder, 3, 4, 4, seed: 5, Convolution(name, from, 1, 1, 4) with { Code = Bytes with { Step = 2 } });
            from = name;
        }

        return builder.Build("SharedNames");
    }

    private static LayerSpec Convolution(string name, string input, int rows, int columns, int channels) => new()
    {
        Name = name,
        Op = LayerOp.Conv,
        Inputs = new(input),
        Kernel = new(rows, columns),
        Stride = new(1, 1),
        Pad = new(0, 0, 0, 0),
        Channels = channels,
    };

    private static void AddWeighted(NetworkBuilder builder, int bits, int outputs, int products, int seed, LayerSpec layer, bool isLargest = false) =>
        AddWeighted(builder, bits, outputs, products, seed, layer, isLargest ? 1 : 0);

    /// <summary>Adds a layer whose weights are random, or all the largest or the least.</summary>
    private static void AddWeighted(NetworkBuilder builder, int bits, int outputs, int products, int seed, LayerSpec layer, int extreme)
    {
        var random = new Random(seed);
        int largest = bits == 1 ? 1 : (1 << (bits - 1)) - 1;
        int Weight() => extreme != 0 ? extreme * largest : bits == 1 ? (2 * random.Next(2)) - 1 : random.Next(-largest, largest + 1);
        builder.Add(
            layer with { Weight = new(bits) },
            [.. Enumerable.Range(0, outputs * products).Select(_ => (sbyte)Weight())],
            [.. Enumerable.Range(0, outputs).Select(_ => 0.01f + random.NextSingle())],
            [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle())],
            layer.Activation == Activation.PRelu ? [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle())] : null);
    }
}

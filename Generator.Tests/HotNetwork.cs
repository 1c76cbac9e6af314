using BitKernelGen.Packing;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>A network with a layer for each hot kernel.</summary>
internal static class HotNetwork
{
    public static TestNetwork Create()
    {
        var code = new CodeSpec { Bits = 4, Step = 0.5f };
        CodeSpec skip = code with { Bits = 8 };
        var builder = new NetworkBuilder(new InputSpec { Shape = new(32, 32, 3), Code = code with { Bits = 8 } });
        string from = Add("first", "input", 3, 16, 8, new LayerSpec { Name = "", Op = LayerOp.Conv, Inputs = default, Code = code, Skip = skip });
        foreach ((int channels, string strategy) in new[] { (16, "winograd-4x4"), (32, "winograd-4x4"), (64, "winograd-4x4"), (64, "winograd-2x2"), (64, "multiply-add"), (128, "winograd-4x4") })
        {
            int before = builder.Tensors[^1].Channels;
            string name = $"{strategy}.{channels}";
            var plain = new LayerSpec { Name = "", Op = LayerOp.Conv, Inputs = default, Code = code, KernelStrategy = "multiply-add" };
            from = Add($"{name}.strided", from, before, channels, 4, plain with { Stride = new(channels == before ? 1 : 2, channels == before ? 1 : 2), Skip = skip });
            string block = from;
            from = Add($"{name}.inside", from, channels, channels, 4, plain with { KernelStrategy = strategy });
            Add($"{name}.last", from, channels, channels, 4, plain with { KernelStrategy = strategy, Code = null, Activation = Activation.None });
            builder.Add(new LayerSpec { Name = $"{name}.add", Op = LayerOp.Add, Inputs = new($"{name}.last", block), Activation = Activation.Relu, Code = code, Skip = skip });
            from = $"{name}.add";
        }

        var halves = new LayerSpec { Name = "", Op = LayerOp.Conv, Inputs = default, Code = code, KernelStrategy = "winograd-4x4" };
        from = Add("halves", from, 128, 32, 8, halves);
        from = Add("halves.packed", from, 32, 256, 8, halves);
        from = Add("halves.after", from, 256, 128, 4, halves with { KernelStrategy = "multiply-add" });

        var tables = new LayerSpec { Name = "", Op = LayerOp.Conv, Inputs = default, Code = code with { Bits = 2 }, KernelStrategy = "activation-tables" };
        from = Add("tables.before", from, 128, 64, 4, tables with { KernelStrategy = "multiply-add", Skip = skip });
        string first = from;
        from = Add("tables.inside", from, 64, 64, 2, tables);
        Add("tables.last", from, 64, 64, 2, tables with { Code = null });
        builder.Add(new LayerSpec { Name = "tables.add", Op = LayerOp.Add, Inputs = new("tables.last", first), Activation = Activation.Relu, Code = tables.Code, Skip = skip });
        from = Add("tables.strided", "tables.add", 64, 128, 1, tables with { Stride = new(2, 2) });
        from = Add("tables.narrow", from, 128, 256, 2, tables with { Kernel = new(1, 1), Pad = new(0, 0, 0, 0) });
        Add("tables.floats", from, 256, 70, 2, tables with { Code = null });
        LayerSpec Weights(int bits) => new() { Name = "", Op = LayerOp.Conv, Inputs = default, Code = code with { Bits = bits }, KernelStrategy = "weight-tables" };
        from = Add("weights.two", from, 256, 64, 4, Weights(1) with { Kernel = new(1, 1), Pad = new(0, 0, 0, 0) });
        from = Add("weights.one", from, 64, 64, 2, Weights(4));
        from = Add("weights.four", from, 64, 32, 4, Weights(3) with { Kernel = new(5, 5), Pad = new(2, 2, 2, 2) });
        Add("weights.three", from, 32, 32, 3, Weights(3) with { Stride = new(2, 2), Code = null });
        return builder.Build("Hot");

        string Add(string name, string input, int channels, int outputs, int bits, LayerSpec layer)
        {
            var random = new Random(name.Length);
            int largest = bits == 1 ? 1 : (1 << (bits - 1)) - 1, taps = layer.Kernel.Count == 0 ? 9 : layer.Kernel[0] * layer.Kernel[1];
            int Weight() => bits == 1 ? (2 * random.Next(2)) - 1 : random.Next(-largest, largest + 1);
            sbyte[] weights = [.. Enumerable.Range(0, outputs * taps * channels).Select(_ => (sbyte)Weight())];
            builder.Add(
                layer with
                {
                    Name = name,
                    Bounds = bits > WinogradTransform.MaxWeightBits && layer.KernelStrategy == "winograd-4x4"
                        ? DirectedNetworks.Winograd4Bounds(weights, bits, outputs, builder.Tensors.Single(tensor => tensor.Name == input)) : null,
                    Inputs = new(input),
                    Kernel = layer.Kernel.Count == 0 ? new(3, 3) : layer.Kernel,
                    Stride = layer.Stride.Count == 0 ? new(1, 1) : layer.Stride,
                    Pad = layer.Pad.Count == 0 ? new(1, 1, 1, 1) : layer.Pad,
                    Channels = outputs,
                    Weight = new(bits),
                    Activation = layer.Code is null ? Activation.None : Activation.Relu,
                },
                weights,
                [.. Enumerable.Repeat(0.05f, outputs)],
                new float[outputs]);
            return name;
        }
    }
}

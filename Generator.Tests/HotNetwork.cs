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

        return builder.Build("Hot");

        string Add(string name, string input, int channels, int outputs, int bits, LayerSpec layer)
        {
            var random = new Random(name.Length);
            int largest = (1 << (bits - 1)) - 1;
            builder.Add(
                layer with
                {
                    Name = name,
                    Inputs = new(input),
                    Kernel = new(3, 3),
                    Stride = layer.Stride.Count == 0 ? new(1, 1) : layer.Stride,
                    Pad = new(1, 1, 1, 1),
                    Channels = outputs,
                    Weight = new(bits),
                    Activation = layer.Code is null ? Activation.None : Activation.Relu,
                },
                [.. Enumerable.Range(0, outputs * 9 * channels).Select(_ => (sbyte)random.Next(-largest, largest + 1))],
                [.. Enumerable.Repeat(0.05f, outputs)],
                new float[outputs]);
            return name;
        }
    }
}

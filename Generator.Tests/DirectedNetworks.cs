using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>Networks for what random ones meet too rarely.</summary>
internal static class DirectedNetworks
{
    private static readonly CodeSpec Bytes = new() { Bits = 8, Step = 1 };

    public static IReadOnlyList<TestNetwork> All { get; } = [LargeSums(), LargeInput(), TallWindow(), SharedNames()];

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

    private static void AddWeighted(NetworkBuilder builder, int bits, int outputs, int products, int seed, LayerSpec layer, bool isLargest = false)
    {
        var random = new Random(seed);
        int largest = (1 << (bits - 1)) - 1;
        builder.Add(
            layer with { Weight = new(bits) },
            [.. Enumerable.Range(0, outputs * products).Select(_ => (sbyte)(isLargest ? largest : random.Next(-largest, largest + 1)))],
            [.. Enumerable.Range(0, outputs).Select(_ => 0.01f + random.NextSingle())],
            [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle())]);
    }
}

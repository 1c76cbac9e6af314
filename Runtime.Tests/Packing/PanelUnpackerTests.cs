using BitKernelGen.Packing;

namespace BitKernelGen.Runtime.Tests;

public unsafe class PanelUnpackerTests
{
    /// <summary>Every weight there is, at every place of a vector, and where the weights themselves were.</summary>
    [Fact]
    public void HalvesEveryWeight()
    {
        const int Count = 31 * 256;
        var weights = new sbyte[Count];
        for (int i = 0; i < Count; i++)
            weights[i] = (sbyte)((i % 255) - 127);
        sbyte[] high = [.. weights], low = new sbyte[Count];

        fixed (sbyte* highs = high, lows = low)
            PanelUnpacker.Halve(highs, Count, highs, lows);

        Assert.All(low, half => Assert.InRange(half, -8, 7));
        Assert.All(high, half => Assert.InRange(half, -8, 8));
        Assert.Equal(weights, high.Zip(low, (upper, lower) => (sbyte)((16 * upper) + lower)));
    }
}

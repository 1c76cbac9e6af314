using BitKernelGen.Packing;

namespace BitKernelGen.Runtime.Tests;

public unsafe class LayerPackerTests
{
    /// <summary>An infinity less an infinity would be no number, which machines encode differently.</summary>
    [Theory]
    [InlineData(1e11f, 0, null)]
    [InlineData(1e14f, 0, "beyond 2⁵⁰")]
    [InlineData(1f, 1e16f, "beyond 2⁵⁰")]
    [InlineData(1f, -1e16f, "beyond 2⁵⁰")]
    [InlineData(1e38f, 0, "float32's range")]
    public void ValuesNearTheLimitOfFloat32AreRefused(float scale, float bias, string? message)
    {
        // Weights of 7 by levels of 15, four of them: 420 steps.
        SafeTensors file = SafeTensors.Read(SafeTensorsFile.FromTensors(
            ("x.weight", "U8", [1, 2], [0x77, 0x77]), SafeTensorsFile.Floats("x.scale", [scale]), SafeTensorsFile.Floats("x.bias", [bias])));
        var shape = new LayerShape("x", Outputs: 1, Rows: 1, Columns: 1, Channels: 4, PixelBytes: 4, Bits: 4, Zero: 0, MaxLevel: 15, Step: 8, Premultiplier: 1);
        void Pack() => LayerPacker.Convolution(new PackedWeights(), file, shape, new PanelLayout(1, 1, 1, 8, 0));

        if (message is null)
            Pack();
        else
            Assert.Contains(message, Assert.Throws<WeightsException>(Pack).Message);
    }
}

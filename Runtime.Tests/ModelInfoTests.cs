namespace BitKernelGen.Runtime.Tests;

/// <summary>What a model is made of, as it appears in logs.</summary>
public class ModelInfoTests
{
    private static readonly LayerInfo Conv = new("conv", "conv", [14, 14, 16], 28224, 8, 4, 8, [8, 4, 2, 1], "wide", WeightBytes: 1384);

    private static readonly LayerInfo Dense = new("dense14", "dense", [1, 1, 10], 640, 4, 0, 0, [], "");

    private static readonly ModelInfo Info = new("Fashion", [28, 28, 1], 10, 62720, 14848, 243496, 37632, "AVX2", [Conv, Dense]);

    [Fact]
    public void AModelIsALineAndATable() => Assert.Equal(
        """
        Fashion: 28x28x1 in, 10 out, AVX2; 62,720 bytes of weights (float32: 243,496), 14,848 for each concurrent call (float32: 37,632)
        layer    operation  output    weights  code                MACs  bytes  kernel
        conv     conv       14x14x16  8 bit    4 bit skip 8 bit  28,224  1,384  wide
        dense14  dense      1x1x10    4 bit    float32              640
        """.ReplaceLineEndings("\n"),
        Info.ToString());

    [Fact]
    public void ALayerIsALine() => Assert.Equal("conv  conv  14x14x16  8 bit  4 bit skip 8 bit  28,224  1,384  wide", Conv.ToString());

    [Fact]
    public void WithoutLabelsThereAreNone() => Assert.Empty(Info.Labels);
}

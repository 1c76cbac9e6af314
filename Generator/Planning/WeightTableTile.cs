using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// The strategy "weight-tables" for one layer on one instruction set: a bit of four input channels of a pixel is an index, which looks up
/// what the weights of the set bits come to. A vector holds indices of as many pixels as it has bytes.
/// </summary>
/// <param name="Isa">The instruction set.</param>
/// <param name="Outputs">Outputs that are looked up together: 4 or 2.</param>
/// <param name="Vectors">Vectors of pixels that are looked up together.</param>
/// <param name="Planes">Bits of a level.</param>
/// <param name="Window">The layer's window.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="PixelBytes">Bytes of an input pixel.</param>
/// <param name="Height">Output rows.</param>
/// <param name="Width">Output columns.</param>
/// <param name="OutputChannels">Output channels.</param>
/// <param name="Weight">The weights' bits.</param>
internal sealed record WeightTableTile(
    Isa Isa, int Outputs, int Vectors, int Planes, Window Window, int Channels, int PixelBytes, int Height, int Width, int OutputChannels, WeightSpec Weight)
    : Strategy(Isa)
{
    /// <summary>Outputs whose sums are brought to their pixels together.</summary>
    public const int Quad = 4;

    /// <summary>Bytes of a table.</summary>
    public const int Bytes = 16;

    public override string Name => "weight-tables";

    public override string Describe() => $"{Name} {Outputs}x{Vectors}x{Planes}";

    /// <summary>Groups of four channels.</summary>
    public int Groups => (Channels + WeightTableRule.Group - 1) / WeightTableRule.Group;

    /// <summary>Tables of an output.</summary>
    public int Lookups => Groups * Window.KernelHeight * Window.KernelWidth;

    /// <summary>What an 8-bit sum takes up.</summary>
    public (int Groups, int Rows, int Columns) Chunk => WeightTableRule.Chunk(Window, Channels, Weight);

    /// <summary>8-bit sums of an output.</summary>
    public int Chunks => WeightTableRule.Chunks(Window, Channels, Weight);

    /// <summary>Vectors of indices that a table is looked up by.</summary>
    public int IndexVectors => Vectors * Planes;

    /// <summary>Pixels that are looked up together.</summary>
    public int BlockPixels => Vectors * Isa.Bytes;

    /// <summary>Outputs that go through the epilogue together.</summary>
    public int PanelOutputs => Isa.Lanes;

    public int PaddedOutputs => Buffer.RoundUp(OutputChannels, PanelOutputs);

    public int TableBytes => PaddedOutputs * Lookups * Bytes;

    /// <summary>Scale, bias, correction and perhaps a slope of each output.</summary>
    public int ParameterBytes(Epilogue epilogue) => epilogue.Parameters(hasZero: true) * sizeof(float) * PaddedOutputs;

    public int WeightBytes(Epilogue epilogue) => ParameterBytes(epilogue) + TableBytes;

    /// <summary>The most that all planes of an output together come to, above the least.</summary>
    private long MostSum => ((1L << Planes) - 1) * Weight.Largest * Channels * Window.KernelHeight * Window.KernelWidth;

    /// <summary>How often sums are brought to their pixels: once where those of all planes fit 16 bits, else plane by plane.</summary>
    public int Passes => MostSum <= ushort.MaxValue ? 1 : Planes;

    /// <summary>Bytes that are read past the last pixel where a row of them fills no vector, from the last phase of the stride on.</summary>
    public int Overhang => System.Math.Max(
        0, ((Isa.Bytes - Width) * Window.StrideWidth) - Window.KernelWidth + System.Math.Min(Window.StrideWidth, Window.KernelWidth)) * PixelBytes;

    /// <summary>How the planes of bits lie.</summary>
    /// <param name="inputRowBytes">Bytes of an input row; 0 where they are not known yet.</param>
    public WeightTableImage Image(int inputRowBytes) => WeightTableImage.Choose(this, inputRowBytes);

    /// <summary>Chooses the tile: as many sums in registers as leave some for indices, a table and a pair of lookups.</summary>
    public static WeightTableTile Choose(Isa isa, Layer layer, Tensor input, Tensor output)
    {
        int planes = Bits.Of(input.Code!.Product.MaxLevel), outputs = isa.Registers >= 32 || planes <= 2 ? Quad : Quad / 2;
        int vectors = planes == 1 || (planes == 2 && isa.Registers >= 32) ? 2 : 1;
        if (output.Height * output.Width <= isa.Bytes)
            vectors = 1;
        return new WeightTableTile(
            isa, outputs, vectors, planes, layer.Window, input.Channels, Buffer.PixelBytesOf(input), output.Height, output.Width, output.Channels, layer.Spec.Weight!);
    }
}

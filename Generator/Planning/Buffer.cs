using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>In which of its forms a tensor lies in memory.</summary>
internal enum Form
{
    /// <summary>Levels of the code that multiplications read.</summary>
    Code,

    /// <summary>Levels of the code that sums read.</summary>
    Skip,

    /// <summary>float32.</summary>
    Float,

    /// <summary>The bit-planes of the code, one after the other: 0 or 1 for each element.</summary>
    Planes,

    /// <summary>float32 sums of some planes' products, on their way to the layer's output.</summary>
    Partial,
}

/// <summary>
/// One form of a tensor in the arena: height-width-channel, rows and columns of padding around it where a convolution reads
/// past its edge.
/// </summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Form">Which of its forms.</param>
/// <param name="PadTop">Rows above.</param>
/// <param name="PadLeft">Columns left of it.</param>
/// <param name="PadBottom">Rows below.</param>
/// <param name="PadRight">Columns right of it.</param>
/// <param name="Offset">Its first byte in the arena.</param>
internal sealed record Buffer(Tensor Tensor, Form Form, int PadTop, int PadLeft, int PadBottom, int PadRight, int Offset)
{
    /// <summary>Rows that it holds, where those of the whole tensor are never there at once.</summary>
    public int? BandRows { get; init; }

    /// <summary>Kernels read up to a vector past the last element.</summary>
    private const int Slack = 64;

    /// <summary>Bytes that some kernel reads besides, without using them.</summary>
    public int Overhang { get; init; }

    /// <summary>What its levels mean; null for float32.</summary>
    public Code? Code => Form switch
    {
        Form.Code => Tensor.Code,
        Form.Skip => Tensor.Skip,
        Form.Planes => Tensor.Code!.Product,
        _ => null,
    };

    /// <summary>Whether its elements are float32.</summary>
    public bool IsFloat => Form is Form.Float or Form.Partial;

    /// <summary>
    /// Bytes of a pixel. The input's pixels lie densely, as the caller gives them; elsewhere the channels are rounded up to a
    /// whole 32-bit word of levels, or a whole vector of floats.
    /// </summary>
    public int PixelBytes => IsFloat ? RoundUp(Tensor.Channels, 16) * sizeof(float) : PixelBytesOf(Tensor);

    /// <summary>Bytes of a pixel of levels.</summary>
    public static int PixelBytesOf(Tensor tensor) => tensor.Id == 0 ? tensor.Channels : RoundUp(tensor.Channels, 4);

    /// <summary>Bytes from one row to the next.</summary>
    public int RowBytes => (PadLeft + Tensor.Width + PadRight) * PixelBytes;

    /// <summary>Bytes of a row without its padding.</summary>
    public int InteriorRowBytes => Tensor.Width * PixelBytes;

    /// <summary>The first byte that is not padding.</summary>
    public int Interior => Offset + (PadTop * RowBytes) + (PadLeft * PixelBytes);

    /// <summary>Bytes in all, what kernels may read past the end included.</summary>
    public int Bytes => RoundUp((Planes * PlaneBytes) + Overhang + Slack, Slack);

    /// <summary>Images that lie one after the other: bit-planes, or one.</summary>
    public int Planes => Form == Form.Planes ? Tensor.Code!.Bits : 1;

    /// <summary>Bytes from one image to the next.</summary>
    public int PlaneBytes => (PadTop + (BandRows ?? Tensor.Height) + PadBottom) * RowBytes;

    /// <summary>Whether it has padding to fill.</summary>
    public bool IsPadded => PadTop + PadLeft + PadBottom + PadRight > 0;

    /// <summary>The next multiple.</summary>
    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}

using System;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// What follows a layer's sum: residual operand, activation, and one or two stores. Per-layer numbers (steps and reciprocals) are
/// arguments of the kernel; what shapes its code is here, so that layers of one signature share a kernel.
/// </summary>
/// <param name="Residual">The operand that is added, or null.</param>
/// <param name="Activation">The activation function.</param>
/// <param name="Premultiplied">Whether the output's reciprocal is already in scale and bias.</param>
/// <param name="Stores">Where the result goes.</param>
internal sealed record Epilogue(Operand? Residual, Activation Activation, bool Premultiplied, EquatableArray<Store> Stores);

/// <summary>A coded or float32 operand of a sum.</summary>
/// <param name="IsFloat">Whether it is float32.</param>
/// <param name="Zero">The level of zero.</param>
/// <param name="PixelBytes">Bytes of a pixel.</param>
/// <param name="RowBytes">Bytes from one row to the next.</param>
internal sealed record Operand(bool IsFloat, int Zero, int PixelBytes, int RowBytes)
{
    public static Operand Of(Buffer buffer) => new(buffer.Form == Form.Float, buffer.Code?.Zero ?? 0, buffer.PixelBytes, buffer.RowBytes);
}

/// <summary>A result on its way to memory.</summary>
/// <param name="Encoding">How it is encoded; null for float32.</param>
/// <param name="PixelBytes">Bytes of a pixel.</param>
/// <param name="RowBytes">Bytes from one row to the next.</param>
internal sealed record Store(Encoding? Encoding, int PixelBytes, int RowBytes)
{
    public static Store To(Buffer buffer, Activation activation) =>
        new(buffer.Code is { } code ? Encoding.Of(code, activation) : null, buffer.PixelBytes, buffer.RowBytes);

    /// <summary>Elements of a pixel as they lie in memory.</summary>
    public int PixelElements => Encoding is null ? PixelBytes / sizeof(float) : PixelBytes;
}

/// <summary>The constants of an encoding: <c>docs/arithmetic.md</c>, "Encode".</summary>
/// <param name="Low">The lower clamp, in steps.</param>
/// <param name="High">The upper clamp, in steps.</param>
/// <param name="Zero">The level of zero.</param>
/// <param name="IsEven">Whether rounding gives the level; otherwise a table does.</param>
/// <param name="Bits">The code's bits, for names and comments.</param>
internal sealed record Encoding(float Low, float High, int Zero, bool IsEven, int Bits)
{
    /// <summary>Whether an even level below 0 is what the lower clamp would make 0, however small the number was.</summary>
    public bool SaturatesBelow => IsEven && Low == -Zero;

    public static Encoding Of(Code code, Activation activation)
    {
        float low = -code.Zero, high = code.MaxLevel - code.Zero;
        if (activation != Activation.None)
            low = Math.Max(low, 0);
        if (activation == Activation.Relu6)
            high = Math.Min(high, 6f * code.Reciprocal);
        return new Encoding(low, high, code.Zero, code.IsEven, code.Bits);
    }
}

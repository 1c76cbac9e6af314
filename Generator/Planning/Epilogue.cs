using System;
using System.Linq;
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
internal sealed record Epilogue(Operand? Residual, ActivationFunction Activation, bool Premultiplied, EquatableArray<Store> Stores)
{
    /// <summary>Whether the residual is multiplied by rather than added.</summary>
    public bool IsProduct { get; init; }

    /// <summary>
    /// Whether values may be rounded before they are limited: they fit 32 bits, as the planner knows of the residual and the
    /// loader proves of the sums. Packing then limits whole vectors of levels.
    /// </summary>
    public bool RoundsFirst { get; init; }

    /// <summary>Which of a code's bit-planes the sums are of: their scale has the plane's coefficient in it.</summary>
    public Plane Plane { get; init; }

    /// <summary>Whether outputs have slopes among their parameters, be it for other planes.</summary>
    public bool HasSlope { get; init; } = Activation.Kind == Profiles.Activation.PRelu;

    /// <summary>Whether all that is stored are levels, so that vectors of them can be packed four at a time.</summary>
    public bool StoresLevels => Stores.All(store => store.Encoding is not null);

    /// <summary>Numbers that each output has before the weights: scale and bias, a correction for the zero offset, prelu's slope.</summary>
    public int Parameters(bool hasZero) => 2 + (hasZero ? 1 : 0) + (HasSlope ? 1 : 0);
}

/// <summary>A bit-plane's place among those of its code.</summary>
internal enum Plane
{
    /// <summary>Sums are of levels.</summary>
    None,

    /// <summary>The first one takes the bias.</summary>
    First,

    /// <summary>The others are added to those before.</summary>
    Next,
}

/// <summary>A coded or float32 operand of a sum.</summary>
/// <param name="IsFloat">Whether it is float32.</param>
/// <param name="Zero">The level of zero.</param>
/// <param name="PixelBytes">Bytes of a pixel.</param>
/// <param name="RowBytes">Bytes from one row to the next.</param>
internal sealed record Operand(bool IsFloat, int Zero, int PixelBytes, int RowBytes)
{
    public static Operand Of(Buffer buffer) => new(buffer.IsFloat, buffer.Code?.Zero ?? 0, buffer.PixelBytes, buffer.RowBytes);
}

/// <summary>A result on its way to memory.</summary>
/// <param name="Encoding">How it is encoded; null for float32.</param>
/// <param name="PixelBytes">Bytes of a pixel.</param>
/// <param name="RowBytes">Bytes from one row to the next.</param>
internal sealed record Store(Encoding? Encoding, int PixelBytes, int RowBytes)
{
    /// <summary>Elements of a pixel that are written, where they are not all.</summary>
    public int? Part { get; init; }

    public static Store To(Buffer buffer, ActivationFunction activation) =>
        new(buffer.Code is { } code ? Encoding.Of(code, activation) : null, buffer.PixelBytes, buffer.RowBytes);

    /// <summary>Elements of a pixel as they lie in memory, or the part of them that is written.</summary>
    public int PixelElements => Part is { } part ? part : Encoding is null ? PixelBytes / sizeof(float) : PixelBytes;
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

    /// <summary>The largest level.</summary>
    public int Most => (int)Math.Round(High) + Zero;

    public static Encoding Of(Code code, ActivationFunction activation)
    {
        float least = -code.Zero, most = code.MaxLevel - code.Zero;
        float Limit(float limit) => Math.Min(Math.Max(limit * code.Reciprocal, least), most);
        return activation.IsLimit
            ? new Encoding(Limit(activation.Low), Limit(activation.High), code.Zero, code.IsEven, code.Bits)
            : new Encoding(least, most, code.Zero, code.IsEven, code.Bits);
    }
}

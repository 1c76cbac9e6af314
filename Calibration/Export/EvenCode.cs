using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>
/// A code as QuantizeLinear knows them: levels 0, 1, 2 … <paramref name="Largest"/>, the value of a level (level − zero) · step.
/// </summary>
/// <param name="Step">The value between two levels.</param>
/// <param name="Zero">The level that means zero.</param>
/// <param name="Largest">The largest level, at most 255.</param>
internal sealed record EvenCode(float Step, byte Zero, byte Largest)
{
    /// <summary>The code with every level divided by the distance between two; null where that is not everywhere the same.</summary>
    public static EvenCode? Of(Code code)
    {
        IReadOnlyList<int> levels = code.Levels();
        int distance = levels[1] - levels[0];
        for (int i = 0; i < levels.Count; i++)
        {
            if (levels[i] != i * distance)
                return null;
        }

        return new EvenCode(code.Step * distance, (byte)(code.Zero / distance), (byte)(levels.Count - 1));
    }

    /// <summary>The code of a profile's line; null where its coefficients are not powers of two.</summary>
    public static EvenCode? Of(CodeSpec code)
    {
        bool isEven = code.Coefficients.Select((coefficient, i) => coefficient == 1 << (code.Bits - 1 - i)).All(isPower => isPower);
        return isEven ? new EvenCode(code.Step, (byte)code.Zero, (byte)((1 << code.Bits) - 1)) : null;
    }

    /// <summary>
    /// Between which levels an activation function leaves the values: clipping levels there is the same as applying it to the
    /// values, since rounding is monotone. Null where it does more than clip.
    /// </summary>
    public (byte Low, byte High)? RangeAfter(Activation activation) => activation switch
    {
        Activation.None => (0, Largest),
        Activation.Relu => (Zero, Largest),
        Activation.Relu6 => (Zero, (byte)Math.Min(Largest, Math.Round(6f * (float)(1.0 / Step), MidpointRounding.ToEven) + Zero)),
        _ => null,
    };
}

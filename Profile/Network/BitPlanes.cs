using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Profiles;

/// <summary>
/// How products read a code whose bit-planes they keep apart: <c>docs/arithmetic.md</c>, "Bit-planes". A plane is 1 where an element's
/// code has a bit that the code of zero has not, or the other way round; so padding is 0 in every plane, and no product needs an offset.
/// </summary>
/// <param name="Step">float32(s · Σα): what a sum of all planes is worth at most.</param>
/// <param name="Coefficients">float32(α / Σα) of each plane, most significant first; less than 0 where zero has the bit.</param>
/// <param name="OfLevel">The planes of each level, 0 to the largest: bit i belongs to plane i.</param>
public sealed record BitPlanes(float Step, EquatableArray<float> Coefficients, EquatableArray<byte> OfLevel)
{
    /// <summary>Each plane by itself: a code of one bit.</summary>
    public Code Plane => new() { Bits = 1, Step = Step, Zero = 0, Coefficients = new EquatableArray<int>(1) };

    /// <summary>What products make of a level.</summary>
    /// <param name="level">The level.</param>
    public double ValueOf(int level)
    {
        double value = 0;
        for (int plane = 0; plane < Coefficients.Count; plane++)
            value += (OfLevel[level] >> plane & 1) * (double)Coefficients[plane];
        return Step * value;
    }

    /// <summary>The planes of a code.</summary>
    /// <param name="code">The code with integers in the place of its coefficients.</param>
    /// <param name="step">The step as it is written.</param>
    /// <param name="coefficients">The coefficients as they are written, most significant first.</param>
    internal static BitPlanes Of(Code code, float step, IReadOnlyList<double> coefficients)
    {
        int bits = code.Bits;
        double all = coefficients.Sum();
        int?[] codes = new int?[code.MaxLevel + 1];
        for (int candidate = 0; candidate < 1 << bits; candidate++)
        {
            // Of codes that share a level, the one worth nearest to it; of those, the lowest.
            int level = (int)Sum(code.Coefficients.Select(n => (double)n), candidate);
            if (codes[level] is not { } other || Distance(candidate, level) < Distance(other, level))
                codes[level] = candidate;
        }

        int zero = codes[code.Zero]!.Value;
        return new BitPlanes(
            (float)(step * all),
            new EquatableArray<float>(coefficients.Select((a, i) => (float)((Bit(zero, i) == 1 ? -a : a) / all))),
            new EquatableArray<byte>(codes.Select(reached => reached is { } c ? Planes(c ^ zero) : (byte)0)));

        int Bit(int value, int plane) => value >> (bits - 1 - plane) & 1;

        double Sum(IEnumerable<double> worth, int value) => worth.Select((x, i) => Bit(value, i) * x).Sum();

        double Distance(int value, int level) => Math.Abs((Sum(coefficients, value) * step) - (level * (double)code.Step));

        byte Planes(int value) => (byte)Enumerable.Range(0, bits).Sum(plane => Bit(value, plane) << plane);
    }
}

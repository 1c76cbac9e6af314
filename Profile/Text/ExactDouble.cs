using System;
using System.Globalization;
using System.Numerics;

namespace BitKernelGen.Profiles.Text;

/// <summary>
/// The double nearest to a decimal number, ties to even. The framework's own parser is exact on .NET but not on .NET Framework,
/// where some compilers run the generator: a profile must mean the same numbers everywhere.
/// </summary>
internal static class ExactDouble
{
    private const int Precision = 53;
    private const int MinExponent = -1022;

    /// <summary>digits · 10^exponent; positive infinity where that is beyond the largest double.</summary>
    /// <param name="digits">Decimal digits, at least one.</param>
    /// <param name="exponent">The power of ten of the last digit.</param>
    public static double Of(string digits, int exponent)
    {
        var significand = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (significand.IsZero || digits.Length + exponent < -330)
            return 0;
        if (exponent > 310)
            return double.PositiveInfinity;

        BigInteger numerator = significand * BigInteger.Pow(10, Math.Max(exponent, 0));
        BigInteger denominator = BigInteger.Pow(10, Math.Max(-exponent, 0));

        // Scaled by 2^shift the quotient has 62 or 63 bits: more than enough to round, with the remainder as the sticky bit.
        int shift = 62 - (BitLength(numerator) - BitLength(denominator));
        if (shift > 0)
            numerator <<= shift;
        else
            denominator <<= -shift;
        ulong quotient = (ulong)BigInteger.DivRem(numerator, denominator, out BigInteger remainder);
        return Round(quotient, shift, !remainder.IsZero);
    }

    /// <summary>The double nearest to (quotient, and a little more if sticky) · 2^−shift.</summary>
    private static double Round(ulong quotient, int shift, bool sticky)
    {
        int length = BitLength(quotient);
        int exponent = length - 1 - shift;
        int kept = exponent >= MinExponent ? Precision : Precision - (MinExponent - exponent);
        if (kept < 0)
            return 0;

        int dropped = length - kept;
        ulong mantissa = quotient >> dropped;
        ulong rest = quotient & ((1UL << dropped) - 1);
        ulong half = 1UL << (dropped - 1);
        if (rest > half || (rest == half && (sticky || (mantissa & 1) == 1)))
            mantissa++;

        // The mantissa's leading bit adds one to the exponent field, and so does a carry out of it.
        ulong field = exponent >= MinExponent ? (ulong)(exponent - MinExponent) << (Precision - 1) : 0;
        return BitConverter.Int64BitsToDouble((long)Math.Min(field + mantissa, 0x7FF0000000000000));
    }

    private static int BitLength(BigInteger value)
    {
        byte[] bytes = value.ToByteArray();
        int last = bytes.Length - 1;
        return bytes[last] == 0 ? (last * 8) - 8 + BitLength(bytes[last - 1]) : (last * 8) + BitLength(bytes[last]);
    }

    private static int BitLength(ulong value)
    {
        int length = 0;
        for (; value != 0; value >>= 1)
            length++;
        return length;
    }
}

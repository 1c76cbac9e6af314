using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>
/// What least squares needs of a tensor and the bits that its values are encoded to: the bits' Gram matrix and their products
/// with the values, summed over all values. A bit that is worth a negative number counts as −1 where it is set.
/// </summary>
internal sealed class BitMoments(int bits)
{
    /// <summary>Σ bᵢ bⱼ, [bits, bits]; whole once <see cref="Complete"/> was called.</summary>
    public double[] Gram { get; } = new double[bits * bits];

    /// <summary>Σ bᵢ x, [bits].</summary>
    public double[] Products { get; } = new double[bits];

    /// <summary>Starts again.</summary>
    public void Clear()
    {
        Gram.AsSpan().Clear();
        Products.AsSpan().Clear();
    }

    /// <summary>Adds values that have one code.</summary>
    /// <param name="code">The code; the first bit is the most significant one.</param>
    /// <param name="count">How many.</param>
    /// <param name="sum">Their sum.</param>
    public void Add(int code, double count, double sum)
    {
        for (int i = 0; i < bits; i++)
        {
            if ((code >> (bits - 1 - i) & 1) == 0)
                continue;
            Products[i] += sum;
            for (int j = 0; j <= i; j++)
                Gram[(i * bits) + j] += (code >> (bits - 1 - j) & 1) * count;
        }
    }

    /// <summary>Ends adding.</summary>
    /// <param name="negative">The bits that are worth a negative number, as a code.</param>
    public void Complete(int negative)
    {
        for (int i = 0; i < bits; i++)
        {
            int sign = SignOf(i);
            Products[i] *= sign;
            for (int j = 0; j <= i; j++)
                Gram[(j * bits) + i] = Gram[(i * bits) + j] *= sign * SignOf(j);
        }

        int SignOf(int bit) => (negative >> (bits - 1 - bit) & 1) == 0 ? 1 : -1;
    }

    /// <summary>The moments of evenly spaced levels' bits, those that <paramref name="zero"/> has set turned over and negative.</summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="step">The spacing.</param>
    /// <param name="zero">The level that means zero.</param>
    /// <param name="largest">The largest level that values are taken to.</param>
    /// <param name="bits">Bits of a level.</param>
    public static BitMoments OfEven(CumulativeHistogram values, double step, int zero, int largest, int bits)
    {
        var moments = new BitMoments(bits);
        double[] points = [.. Enumerable.Range(0, largest + 1).Select(level => (level - zero) * step)];
        var counts = new double[points.Length];
        var sums = new double[points.Length];
        values.Assign(points, counts, sums);
        for (int level = 0; level < points.Length; level++)
            moments.Add(level ^ zero, counts[level], sums[level]);
        moments.Complete(zero);
        return moments;
    }
}

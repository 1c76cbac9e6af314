// The generator, which compiles this file too, has no implicit usings.
#if NETSTANDARD2_0
using System;
using System.Collections.Generic;
#endif

namespace BitKernelGen.Packing;

/// <summary>
/// Winograd's minimal filtering for windows of 3x3 with stride 1, in integers alone (<c>docs/kernels.md</c>, "Winograd"). A tile of
/// outputs costs one product of transformed levels with transformed weights for each position; its sums come out multiplied by
/// <see cref="Scale"/>. F(2x2) evaluates at 0, 1, −1 and ∞ (Lavin and Gray, 2016); F(4x4) at 0, 1, −1, ∞ and the Gaussian integers
/// ±i, whose complex products take three real ones each (Karatsuba; Meng and Brothers, 2019), so that no fraction occurs.
/// </summary>
public sealed class WinogradTransform
{
    /// <summary>Rows and columns of the window.</summary>
    public const int Taps = 3;

    /// <summary>The largest level that the transformed levels, offset to be unsigned, leave room for in 8 bits.</summary>
    public const int MaxLevel = 15;

    /// <summary>The most bits of weights whose transformed ones fit 8 bits, and of which no pair of products saturates 16; others are cut into halves.</summary>
    public const int MaxWeightBits = 4;

    private readonly Axis _axis;

    private WinogradTransform(Axis axis)
    {
        _axis = axis;
        Positions = FindPositions();
    }

    /// <summary>Tiles of 2x2 outputs: 16 products instead of 36.</summary>
    public static WinogradTransform F2 { get; } = new(Axis.F2);

    /// <summary>Tiles of 4x4 outputs: 46 products instead of 144.</summary>
    public static WinogradTransform F4 { get; } = new(Axis.F4);

    /// <summary>The transform of a tile size.</summary>
    /// <param name="tile">2 or 4.</param>
    public static WinogradTransform Of(int tile) => tile == 2 ? F2 : F4;

    /// <summary>Output rows and columns of a tile.</summary>
    public int Tile => _axis.Tile;

    /// <summary>Input rows and columns that a tile reads.</summary>
    public int Window => Tile + Taps - 1;

    /// <summary>What the sums come out multiplied by: 4 for F(2x2), 16 for F(4x4).</summary>
    public int Scale => Tile * Tile;

    /// <summary>
    /// The products: row points 0, 1, −1, ∞ and then ±i, by column points in the same order; ±i is three positions with a real
    /// point, and with itself three for the product of the values at i and three for that of i and −i.
    /// </summary>
    public IReadOnlyList<WinogradPosition> Positions { get; }

    /// <summary>
    /// Whether sums of 16 bits hold from the products to the pixels: what overflows on the way comes back, as long as a pixel's
    /// sum, by <see cref="Scale"/>, fits.
    /// </summary>
    /// <param name="weights">The sum of the weights of one sign, or more, that a 16-bit sum takes up.</param>
    /// <param name="maxLevel">The largest level of the input's code.</param>
    public bool FitsUntilLast(int weights, int maxLevel) => (long)Scale * weights * maxLevel <= short.MaxValue;

    /// <summary>From the products of a tile to its sums, by <see cref="Scale"/>.</summary>
    /// <param name="products">One for each position, not yet multiplied by its factor.</param>
    /// <returns>The sums, row by row.</returns>
    public long[] Output(long[] products)
    {
        int points = _axis.RealPoints;
        var scaled = new long[products.Length];
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = products[i] * Positions[i].Factor;

        // Columns of the tile first. The two last points of a column are the real and the imaginary part at i.
        var columns = new long[Tile, points + 2];
        int perRow = points == 4 && Tile == 4 ? points + 3 : points;
        for (int column = 0; column < points; column++)
        {
            (long re, long im) = Tile == 2 ? (0, 0) : Karatsuba(scaled, (points * perRow) + (3 * column));
            Set(columns, column, _axis.Output(scaled[column], scaled[perRow + column], scaled[(2 * perRow) + column], scaled[(3 * perRow) + column], re, im));
        }

        if (Tile == 4)
        {
            var parts = new (long Re, long Im)[points];
            for (int row = 0; row < points; row++)
                parts[row] = Karatsuba(scaled, (row * perRow) + points);
            (long re1, long im1) = Karatsuba(scaled, 40);
            (long re2, long im2) = Karatsuba(scaled, 43);
            Set(columns, points, _axis.Output(parts[0].Re, parts[1].Re, parts[2].Re, parts[3].Re, re1 + re2, im1 + im2));
            Set(columns, points + 1, _axis.Output(parts[0].Im, parts[1].Im, parts[2].Im, parts[3].Im, im1 - im2, re2 - re1));
        }

        var sums = new long[Tile * Tile];
        for (int row = 0; row < Tile; row++)
        {
            long[] output = _axis.Output(columns[row, 0], columns[row, 1], columns[row, 2], columns[row, 3], columns[row, 4], columns[row, 5]);
            output.CopyTo(sums, row * Tile);
        }

        return sums;
    }

    private static void Set(long[,] columns, int column, long[] values)
    {
        for (int row = 0; row < values.Length; row++)
            columns[row, column] = values[row];
    }

    private static (long Re, long Im) Karatsuba(long[] products, int first) =>
        (products[first] - products[first + 2], products[first] + products[first + 1]);

    private WinogradPosition[] FindPositions()
    {
        var positions = new List<WinogradPosition>();
        int[] factors = _axis.Factors;
        for (int row = 0; row < factors.Length; row++)
        {
            for (int column = 0; column < factors.Length; column++)
                positions.Add(new(Outer(_axis.Data[row], _axis.Data[column]), Outer(_axis.Weights[row], _axis.Weights[column]), factors[row] * factors[column]));
            if (Tile == 4)
                AddComplex(positions, Outer(_axis.Data[row], _axis.Data[4]), Outer(_axis.Data[row], _axis.Data[5]), Outer(_axis.Weights[row], _axis.Weights[4]), Outer(_axis.Weights[row], _axis.Weights[5]), 2 * factors[row]);
        }

        if (Tile == 2)
            return [.. positions];
        for (int column = 0; column < factors.Length; column++)
            AddComplex(positions, Outer(_axis.Data[4], _axis.Data[column]), Outer(_axis.Data[5], _axis.Data[column]), Outer(_axis.Weights[4], _axis.Weights[column]), Outer(_axis.Weights[5], _axis.Weights[column]), 2 * factors[column]);

        // At (i, i) and (i, −i) the values are products of complex numbers themselves.
        int[][] data = ComplexPairs(_axis.Data), weights = ComplexPairs(_axis.Weights);
        AddComplex(positions, data[0], data[1], weights[0], weights[1], 2);
        AddComplex(positions, data[2], data[3], weights[2], weights[3], 2);
        return [.. positions];
    }

    private static int[][] ComplexPairs(int[][] axis)
    {
        int[] rr = Outer(axis[4], axis[4]), ri = Outer(axis[4], axis[5]), ir = Outer(axis[5], axis[4]), ii = Outer(axis[5], axis[5]);
        return [Sum(rr, ii, -1), Sum(ir, ri, 1), Sum(rr, ii, 1), Sum(ir, ri, -1)];
    }

    /// <summary>(a + bi)(c + di) from three products: (a + b)c, a(d − c), b(c + d).</summary>
    private static void AddComplex(List<WinogradPosition> positions, int[] re, int[] im, int[] weightRe, int[] weightIm, int factor)
    {
        positions.Add(new(Sum(re, im, 1), weightRe, factor));
        positions.Add(new(re, Sum(weightIm, weightRe, -1), factor));
        positions.Add(new(im, Sum(weightRe, weightIm, 1), factor));
    }

    private static int[] Sum(int[] left, int[] right, int sign)
    {
        var sum = new int[left.Length];
        for (int i = 0; i < sum.Length; i++)
            sum[i] = left[i] + (sign * right[i]);
        return sum;
    }

    private static int[] Outer(int[] rows, int[] columns)
    {
        var outer = new int[rows.Length * columns.Length];
        for (int i = 0; i < outer.Length; i++)
            outer[i] = rows[i / columns.Length] * columns[i % columns.Length];
        return outer;
    }

    /// <summary>The transform along one axis: rows are points, the last two of F(4) the real and imaginary part at i.</summary>
    private sealed record Axis(int Tile, int[][] Data, int[][] Weights, int[] Factors)
    {
        public int RealPoints => Factors.Length;

        public static Axis F2 { get; } = new(
            2,
            [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]],
            [[1, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 1]],
            [2, 1, 1, 2]);

        public static Axis F4 { get; } = new(
            4,
            [[1, 0, 0, 0, -1, 0], [0, 1, 1, 1, 1, 0], [0, -1, 1, -1, 1, 0], [0, -1, 0, 0, 0, 1], [0, 0, -1, 0, 1, 0], [0, -1, 0, 1, 0, 0]],
            [[1, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 1], [1, 0, -1], [0, 1, 0]],
            [4, 1, 1, 4]);

        public long[] Output(long zero, long one, long minusOne, long infinity, long re, long im)
        {
            long even = one + minusOne, odd = one - minusOne;
            return Tile == 2 ? [zero + even, odd + infinity] : [zero + even + re, odd - im, even - re, odd + im + infinity];
        }
    }
}

/// <summary>One of a transform's products.</summary>
/// <param name="Data">What each level of the tile's window counts, row by row.</param>
/// <param name="Weights">What each weight counts, row by row.</param>
/// <param name="Factor">What its product is multiplied by on the way to the sums.</param>
public sealed record WinogradPosition(int[] Data, int[] Weights, int Factor)
{
    /// <summary>What is added to the transformed levels so that none is negative.</summary>
    /// <param name="maxLevel">The largest level.</param>
    public int Offset(int maxLevel)
    {
        int negative = 0;
        foreach (int coefficient in Data)
            negative += Math.Max(-coefficient, 0);
        return negative * maxLevel;
    }

    /// <summary>The largest value of the transformed levels with their offset.</summary>
    /// <param name="maxLevel">The largest level.</param>
    public int Span(int maxLevel)
    {
        int all = 0;
        foreach (int coefficient in Data)
            all += Math.Abs(coefficient);
        return all * maxLevel;
    }

    /// <summary>A transformed weight.</summary>
    /// <param name="window">The nine weights of one channel, <paramref name="stride"/> apart.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="stride">From one to the next.</param>
    public int Transform(sbyte[] window, int first, int stride)
    {
        int sum = 0;
        for (int i = 0; i < Weights.Length; i++)
            sum += Weights[i] * window[first + (i * stride)];
        return sum;
    }
}

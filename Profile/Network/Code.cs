using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Profiles;

/// <summary>
/// A bottleneck made ready to compute with: integer levels only. What memory holds of an element is its level L(c), one byte;
/// the value is <see cref="Step"/> · (level − <see cref="Zero"/>).
/// </summary>
public sealed record Code
{
    /// <summary>The kept bits, 1 to 8.</summary>
    public required int Bits { get; init; }

    /// <summary>The step s.</summary>
    public required float Step { get; init; }

    /// <summary>The level that means zero.</summary>
    public required int Zero { get; init; }

    /// <summary>The integer coefficients in units of the step, most significant first; their sum is at most 255.</summary>
    public required EquatableArray<int> Coefficients { get; init; }

    /// <summary>
    /// 0 where the coefficients are the profile's own; else the relative root-mean-square error of the levels that were put in
    /// the place of its real-valued ones.
    /// </summary>
    public double ApproximationError { get; init; }

    /// <summary>How products read the code, where they keep its bit-planes apart; null where they read levels, as all else does.</summary>
    public BitPlanes? Planes { get; init; }

    /// <summary>The code of what products multiply: levels, or one plane after the other.</summary>
    public Code Product => Planes?.Plane ?? this;

    /// <summary>What products make of a level.</summary>
    /// <param name="level">The level.</param>
    public double ProductValueOf(int level) => Planes?.ValueOf(level) ?? (double)Step * (level - Zero);

    /// <summary>The code that is computed with where one is written: integers in the place of real-valued coefficients.</summary>
    /// <param name="spec">What is written.</param>
    /// <exception cref="ArgumentException">It is no code; the message says why.</exception>
    public static Code Of(CodeSpec spec)
    {
        var issues = new List<ResolutionIssue>();
        return CodeResolver.Resolve(spec, "code", new Reporter(issues, -1, "code"))
            ?? throw new ArgumentException(string.Join(" ", issues.Select(issue => issue.Message)), nameof(spec));
    }

    /// <summary>r = float32(1/s), by which a value is multiplied to be encoded.</summary>
    public float Reciprocal => (float)(1.0 / Step);

    /// <summary>The largest level: the sum of the coefficients.</summary>
    public int MaxLevel => Coefficients.Sum();

    /// <summary>Whether the levels are 0, 1, 2 … <see cref="MaxLevel"/>: encoding is a rounding.</summary>
    public bool IsEven => Levels().Count == MaxLevel + 1;

    /// <summary>The distinct levels that the codes reach, ascending.</summary>
    public IReadOnlyList<int> Levels()
    {
        var reached = new SortedSet<int>();
        for (int code = 0; code < 1 << Bits; code++)
        {
            int level = 0;
            for (int bit = 0; bit < Bits; bit++)
                level += (code >> (Bits - 1 - bit) & 1) * Coefficients[bit];
            reached.Add(level);
        }

        return reached.ToArray();
    }

    /// <summary>
    /// The nearest level for every half step: entry i is the level of values in (i−1, i] half steps above level 0, a tie taking
    /// the lower level. It has 2 · <see cref="MaxLevel"/> + 1 entries.
    /// </summary>
    public byte[] LevelByHalfStep()
    {
        IReadOnlyList<int> levels = Levels();
        var table = new byte[(2 * MaxLevel) + 1];
        int rank = 0;
        for (int i = 0; i < table.Length; i++)
        {
            // A value in (i−1, i] half steps is above the midpoint of two levels when 2·value > lower + upper.
            while (rank + 1 < levels.Count && i > levels[rank] + levels[rank + 1])
                rank++;
            table[i] = (byte)levels[rank];
        }

        return table;
    }
}

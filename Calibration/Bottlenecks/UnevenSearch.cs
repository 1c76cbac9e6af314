using System.Numerics;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>
/// The search for a code whose levels need not be even: many beginnings, the most promising of them refined to a fixed point, the best
/// snapped to integers. Beginnings are every choice of bits of the wider even codes, each with its least-squares coefficients,
/// geometric sequences, and for codes of few bits a grid of all coefficients.
/// </summary>
internal sealed class UnevenSearch
{
    /// <summary>What uneven levels must gain to be worth their table, as a ratio of errors: 0.05 dB.</summary>
    private static readonly double WorthATable = Math.Pow(10, 0.005);

    private const int MostGridBits = 3;
    private const double GridSpan = 64;
    private static readonly double[] Ratios = [0.45, 0.5, 0.55, 0.6, 0.7, 0.8];
    private static readonly double[] Stretches = [0.7, 1, 1.4, 2];

    private readonly CumulativeHistogram _values;
    private readonly int _bits;
    private readonly LevelRefinement _refinement;
    private readonly List<Beginning> _beginnings = [];

    private UnevenSearch(CumulativeHistogram values, int bits)
    {
        (_values, _bits) = (values, bits);
        _refinement = new LevelRefinement(values, bits);
    }

    /// <summary>The best code found; the even one where no other gains enough.</summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="bits">2 to 8.</param>
    /// <param name="even">The best even codes, by bits.</param>
    /// <param name="more">Another code to begin at.</param>
    public static Bottleneck Best(CumulativeHistogram values, int bits, RateDistortionCurve even, CodeSpec more)
    {
        var search = new UnevenSearch(values, bits);
        search.AddCode(even[bits].Spec);
        if (more.Bits == bits && more.Zero == 0)
            search.AddCode(more);
        for (int wider = bits + 1; wider <= RateDistortionCurve.MostBits; wider++)
            search.AddSubsets(even[wider].Spec);
        search.AddSequences(even[bits].Spec);
        if (bits <= MostGridBits)
            search.AddGrid();
        return search.RefineAndSnap(even[bits]);
    }

    private Bottleneck RefineAndSnap(Bottleneck even)
    {
        int refined = _bits <= 4 ? 12 : _bits <= 6 ? 6 : 3;
        Beginning best = _beginnings.OrderBy(beginning => beginning.Distortion).Take(refined)
            .Select(beginning => beginning with { Distortion = _refinement.Refine(beginning.Worth, beginning.Negative) })
            .MinBy(beginning => beginning.Distortion)!;
        if (!Gains(best.Distortion))
            return even;
        Bottleneck snapped = IntegerSnap.Snap(_values, best.Worth, best.Negative);
        return Gains(snapped.Distortion) ? snapped : even;

        bool Gains(double distortion) => distortion * WorthATable < even.Distortion;
    }

    private void Add(double[] worth, int negative)
    {
        if (worth.Max() > 0)
            _beginnings.Add(new Beginning(worth, negative, _refinement.Distortion(worth, negative)));
    }

    private void AddCode(CodeSpec code)
    {
        double[] coefficients = code.Coefficients.Count > 0
            ? [.. code.Coefficients]
            : [.. Enumerable.Range(0, code.Bits).Select(bit => (double)(1 << (code.Bits - 1 - bit)))];
        Add([.. coefficients.Select(coefficient => coefficient * code.Step)], code.Zero);
    }

    /// <summary>All choices of bits of a wider code: exact least squares for each on the bits' Gram matrix.</summary>
    private void AddSubsets(CodeSpec wider)
    {
        BitMoments moments = BitMoments.OfEven(_values, wider.Step, wider.Zero, (1 << wider.Bits) - 1, wider.Bits);
        var gram = new double[_bits * _bits];
        var products = new double[_bits];
        for (int subset = 0; subset < 1 << wider.Bits; subset++)
        {
            if (BitOperations.PopCount((uint)subset) != _bits)
                continue;
            int[] kept = [.. Enumerable.Range(0, wider.Bits).Where(bit => (subset >> (wider.Bits - 1 - bit) & 1) != 0)];
            int negative = 0;
            for (int i = 0; i < _bits; i++)
            {
                negative = (negative << 1) | (wider.Zero >> (wider.Bits - 1 - kept[i]) & 1);
                products[i] = moments.Products[kept[i]];
                for (int j = 0; j < _bits; j++)
                    gram[(i * _bits) + j] = moments.Gram[(kept[i] * wider.Bits) + kept[j]];
            }

            var worth = new double[_bits];
            LeastSquares.NonNegative(gram, products, 0, worth);
            Add(worth, negative);
        }
    }

    /// <summary>Geometric sequences of coefficients over ranges around that of the best even code.</summary>
    private void AddSequences(CodeSpec even)
    {
        double range = even.Step * ((1 << _bits) - 1);
        foreach (double ratio in Ratios)
        {
            double[] sequence = [.. Enumerable.Range(0, _bits).Select(bit => Math.Pow(ratio, bit))];
            foreach (double stretch in Stretches)
                Add([.. sequence.Select(x => x * stretch * range / sequence.Sum())], even.Zero);
        }
    }

    /// <summary>All coefficients of a geometric grid, of either sign where values are.</summary>
    private void AddGrid()
    {
        int points = _bits == 2 ? 28 : 14;
        double[] up = Grid(_values.High, points), down = Grid(-_values.Low, points);
        double[] worths = [.. up, .. down];
        var chosen = new int[_bits];
        Choose(0, 0);

        void Choose(int bit, int from)
        {
            if (bit == _bits)
            {
                int negative = 0;
                foreach (int choice in chosen)
                    negative = (negative << 1) | (choice >= up.Length ? 1 : 0);
                Add([.. chosen.Select(choice => worths[choice])], negative);
                return;
            }

            for (chosen[bit] = from; chosen[bit] < worths.Length; chosen[bit]++)
                Choose(bit + 1, chosen[bit]);
        }
    }

    private static double[] Grid(double range, int points) =>
        range > 0 ? [.. Enumerable.Range(0, points).Select(i => range * Math.Pow(GridSpan, -(double)i / (points - 1)))] : [];

    private sealed record Beginning(double[] Worth, int Negative, double Distortion);
}

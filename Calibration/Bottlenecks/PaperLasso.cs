using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>
/// The recipe of "Bitwise Bottleneck" as its authors' code has it, on a histogram: values become integers of eight bits, the maximum
/// at 32; a Lasso with non-negative coefficients regresses the value on the bits; its penalty is searched, then lowered for as
/// long as the same bits stay. Bits with a coefficient of zero are dropped.
/// </summary>
/// <param name="Bottleneck">The bits kept with their real-valued coefficients, encoded to the nearest level as all codes are.</param>
/// <param name="LiteralDistortion">The mean squared error where instead the dropped bits of the integer are cut off, as in the paper.</param>
/// <param name="Penalty">The Lasso's λ, in units of the step.</param>
public sealed record PaperLasso(Bottleneck Bottleneck, double LiteralDistortion, double Penalty)
{
    /// <summary>What the authors' scale makes of the maximum.</summary>
    public const int Maximum = 32;

    private const int IntegerBits = 8;
    private const int MostMaximumBits = 5;
    private const int Bisections = 50;
    private const double SmallestPenalty = 1e-9;
    private const double SmallestCoefficient = 1e-6;

    /// <summary>Raises the penalty until the PSNR has fallen so far.</summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="maximum">The value that becomes the maximum; larger ones saturate.</param>
    /// <param name="psnrLoss">Decibels, above 0.</param>
    public static PaperLasso WithLoss(CumulativeHistogram values, double maximum, double psnrLoss)
    {
        var problem = new Problem(values, maximum, Maximum);
        double most = problem.Solve(0).Error * Math.Pow(10, psnrLoss / 10);
        return Search(problem, solution => solution.Error > most || solution.Kept == 0);
    }

    /// <summary>Raises the penalty until so many bits are left. Beyond five bits the maximum is 2^bits, or none could be dropped.</summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="maximum">The value that becomes the maximum; larger ones saturate.</param>
    /// <param name="bits">1 to 8.</param>
    public static PaperLasso WithBits(CumulativeHistogram values, double maximum, int bits)
    {
        var problem = new Problem(values, maximum, bits > MostMaximumBits ? 1 << bits : Maximum);
        return Search(problem, solution => solution.Kept <= bits && solution.Kept > 0, atEnd: true);
    }

    /// <summary>Finds the penalty at which something begins to hold, and from just below it, or from it, the least with the same bits.</summary>
    private static PaperLasso Search(Problem problem, Func<Solution, bool> holds, bool atEnd = false)
    {
        if (problem.Step <= 0 || problem.LargestPenalty <= 0)
            return problem.Nothing();
        (Solution before, Solution after) = Bisect(
            problem, SmallestPenalty * problem.LargestPenalty, problem.LargestPenalty * (1 - SmallestCoefficient), holds);
        Solution found = atEnd ? after : before;
        (_, Solution least) = Bisect(
            problem, SmallestPenalty * problem.LargestPenalty, found.Penalty, solution => solution.Support == found.Support);
        return problem.Of(least.Support == found.Support ? least : found);
    }

    private static (Solution Before, Solution After) Bisect(Problem problem, double low, double high, Func<Solution, bool> holds)
    {
        Solution before = problem.Solve(low), after = problem.Solve(high);
        if (holds(before))
            return (before, before);
        for (int i = 0; i < Bisections && high > low * (1 + SmallestCoefficient); i++)
        {
            double middle = Math.Sqrt(low * high);
            Solution solution = problem.Solve(middle);
            if (holds(solution))
                (high, after) = (middle, solution);
            else
                (low, before) = (middle, solution);
        }

        return (before, after);
    }

    private sealed record Solution(double Penalty, double[] Coefficients, double Error)
    {
        public int Support => Coefficients.Aggregate(0, (support, coefficient) => (support << 1) | (coefficient > 0 ? 1 : 0));

        public int Kept => Coefficients.Count(coefficient => coefficient > 0);
    }

    /// <summary>The regression of values, in steps, on the bits of their integers.</summary>
    private sealed class Problem
    {
        private readonly CumulativeHistogram _values;
        private readonly BitMoments _moments;
        private readonly double _energy;
        private readonly int _zero;

        public Problem(CumulativeHistogram values, double maximum, int scale)
        {
            _values = values;
            double range = maximum - values.Low;
            Step = (float)(range / scale);
            if (!float.IsNormal(Step) || !float.IsFinite(1 / Step))
                Step = 0;
            _zero = Step > 0 ? (int)Math.Round(-values.Low / Step) : 0;
            // A scale of one sample each puts its largest value alone at the maximum; here that is what saturates.
            _moments = MomentsOf(values, Step, _zero, scale - 1, out _energy);
        }

        public float Step { get; }

        /// <summary>Where the last bit is dropped.</summary>
        public double LargestPenalty => _moments.Products.Max();

        public Solution Solve(double penalty)
        {
            var coefficients = new double[IntegerBits];
            LeastSquares.NonNegative(_moments.Gram, _moments.Products, penalty, coefficients);
            double largest = coefficients.Max();
            for (int bit = 0; bit < IntegerBits; bit++)
                coefficients[bit] = coefficients[bit] > SmallestCoefficient * largest ? coefficients[bit] : 0;
            double error = _energy;
            for (int i = 0; i < IntegerBits; i++)
            {
                error -= 2 * coefficients[i] * _moments.Products[i];
                for (int j = 0; j < IntegerBits; j++)
                    error += coefficients[i] * coefficients[j] * _moments.Gram[(i * IntegerBits) + j];
            }

            return new Solution(penalty, coefficients, Math.Max(0, error));
        }

        public PaperLasso Of(Solution solution)
        {
            double[] kept = [.. solution.Coefficients.Where(coefficient => coefficient > 0)];
            var spec = new CodeSpec
            {
                Bits = kept.Length,
                Step = Step,
                Zero = Math.Min(_zero, (int)kept.Sum()),
                Coefficients = new EquatableArray<double>(kept),
            };
            return new PaperLasso(Bottleneck.Of(spec, _values), solution.Error * Step * Step, solution.Penalty);
        }

        /// <summary>Of values that are all zero.</summary>
        public PaperLasso Nothing()
        {
            Bottleneck even = EvenCodes.OfRange(_values, 1);
            return new PaperLasso(even, even.Distortion, 0);
        }

        /// <summary>Means over the values, which are taken in steps above the least one; those beyond the largest integer saturate.</summary>
        private static BitMoments MomentsOf(CumulativeHistogram values, double step, int zero, int largest, out double energy)
        {
            var moments = new BitMoments(IntegerBits);
            energy = 0;
            if (step > 0 && values.Count > 0)
            {
                double[] points = [.. Enumerable.Range(0, largest + 1).Select(level => (level - zero) * step)];
                var counts = new double[points.Length];
                var sums = new double[points.Length];
                values.Assign(points, counts, sums);
                for (int level = 0; level < points.Length; level++)
                {
                    double sum = (sums[level] / step) + (zero * counts[level]);
                    moments.Add(level, counts[level] / values.Count, sum / values.Count);
                    // The squares of x + zero, from those of x.
                    energy += ((2 * zero * sums[level] / step) + ((double)zero * zero * counts[level])) / values.Count;
                }

                energy += values.Energy / (step * step) / values.Count;
            }

            moments.Complete(0);
            return moments;
        }
    }
}

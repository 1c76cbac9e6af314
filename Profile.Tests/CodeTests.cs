using static BitKernelGen.Profiles.Tests.Profiles;

namespace BitKernelGen.Profiles.Tests;

public class CodeTests
{
    private static Code Resolve(CodeSpec spec) => Network(Of([7, 9, 3], Conv("conv", "input") with { Code = spec })).Tensors[1].Code!;

    [Fact]
    public void HalfStepsLeadToTheNearestLevelTiesToTheLower()
    {
        var random = new Random(1);
        for (int round = 0; round < 100; round++)
        {
            int bits = random.Next(1, 9);
            var code = new Code { Bits = bits, Step = 1, Zero = 0, Coefficients = new(Enumerable.Range(0, bits).Select(_ => random.Next(1, 256 / bits))) };
            IReadOnlyList<int> levels = code.Levels();
            byte[] table = code.LevelByHalfStep();
            Assert.Equal((2 * code.MaxLevel) + 1, table.Length);

            // Eighths of a step meet every midpoint, and both sides of it.
            for (int eighths = 0; eighths <= 8 * code.MaxLevel; eighths++)
            {
                int nearest = levels.OrderBy(level => Math.Abs((8 * level) - eighths)).ThenBy(level => level).First();
                Assert.Equal(nearest, table[(int)Math.Ceiling(2 * (eighths / 8.0))]);
            }
        }
    }

    [Fact]
    public void WithoutCoefficientsLevelsAreEven()
    {
        for (int bits = 1; bits <= 8; bits++)
        {
            Code code = Resolve(Code(bits));
            Assert.True(code.IsEven);
            Assert.Equal((1 << bits) - 1, code.MaxLevel);
            Assert.Equal(0, code.ApproximationError);
        }
    }

    [Fact]
    public void IntegersAreTakenAsTheyAre()
    {
        Code code = Resolve(Code(4, 0.3f, 7, 128, 120, 6, 1));
        Assert.Equal([128, 120, 6, 1], code.Coefficients);
        Assert.Equal((0.3f, 7, 0.0), (code.Step, code.Zero, code.ApproximationError));
        Assert.False(code.IsEven);
    }

    [Theory]
    [InlineData(new[] { 0.7 }, new[] { 1 })]
    [InlineData(new[] { 0.5, 0.25, 0.125 }, new[] { 4, 2, 1 })]
    [InlineData(new[] { 1e300, 5e299 }, new[] { 2, 1 })]
    [InlineData(new[] { 1.5, 1.0 }, new[] { 3, 2 })]
    [InlineData(new[] { 256.0, 128 }, new[] { 2, 1 })]
    public void ProportionsOfSmallIntegersAreExact(double[] coefficients, int[] expected)
    {
        double largest = coefficients.Max();
        float step = (float)(1 / largest);
        if (largest > 1e30)
            coefficients = [.. coefficients.Select(coefficient => coefficient / largest * 1e30)];
        Code code = Resolve(Code(coefficients.Length, step == 0 ? 1e-30f : step, 0, coefficients));
        Assert.Equal(expected, code.Coefficients);
        Assert.Equal(1.0 / expected[0], code.Step, 1e-6);
        Assert.InRange(code.ApproximationError, 0, 1e-9);
    }

    [Fact]
    public void ApproximationIsTheBestOfAllFactors()
    {
        var random = new Random(2);
        for (int round = 0; round < 24; round++)
        {
            int bits = random.Next(1, 9);
            double[] alpha = [.. Enumerable.Range(0, bits).Select(_ => Math.Exp(random.NextDouble() * (round % 3 == 0 ? 7 : 3)) * 0.37)];
            Code code = Resolve(Code(bits, 0.5f, 0, alpha));
            Assert.All(code.Coefficients, n => Assert.True(n >= 1));
            Assert.InRange(code.MaxLevel, bits, 255);
            Assert.Equal(Error(code.Coefficients, code.Step, alpha, 0.5), code.ApproximationError, 1e-6);

            double end = 255.5 / alpha.Sum();
            for (int i = 1; i < 200; i++)
            {
                double factor = end * i / 200;
                int[] n = [.. alpha.Select(a => Math.Max(1, (int)Math.Round(factor * a)))];
                if (n.Sum() <= 255)
                    Assert.True(Error(n, LeastSquaresStep(n, alpha, 0.5), alpha, 0.5) > code.ApproximationError - 2e-9);
            }
        }
    }

    [Fact]
    public void ApproximationIgnoresAPowerOfTwoInTheStep()
    {
        Code one = Resolve(Code(3, 0.25f, 0, 3.7, 1.9, 1.1)), other = Resolve(Code(3, 0.125f, 0, 7.4, 3.8, 2.2));
        Assert.Equal(one.Coefficients, other.Coefficients);
        Assert.Equal(one.Step, other.Step);
        Assert.InRange(one.ApproximationError, 0, 0.01);
    }

    [Fact]
    public void ZeroMovesWithTheLevels()
    {
        Assert.Equal(0, Resolve(Code(3, 0.25f, 0, 3.7, 1.9, 1.1)).Zero);
        CodeSpec spec = Code(3, 0.25f, 4, 5.6, 2.8, 1.3);
        Code code = Resolve(spec);
        Assert.Contains(code.Zero, code.Levels());

        // 2.8 + 1.3 = 4.1 is the level that 4 means; its bits keep meaning zero.
        Assert.Equal(code.Coefficients[1] + code.Coefficients[2], code.Zero);
        Expect(Of([7, 9, 3], Conv("conv", "input") with { Code = spec with { Zero = 11 } }), "BKG011 0 code.zero");
    }

    /// <summary>The error by its definition, over all codes.</summary>
    private static double Error(IReadOnlyList<int> n, double newStep, double[] alpha, double step)
    {
        double errors = 0, squares = 0;
        for (int code = 0; code < 1 << n.Count; code++)
        {
            double value = step * alpha.Where((_, bit) => (code >> bit & 1) == 1).Sum();
            errors += Math.Pow((newStep * n.Where((_, bit) => (code >> bit & 1) == 1).Sum()) - value, 2);
            squares += value * value;
        }

        return Math.Sqrt(errors / squares);
    }

    private static double LeastSquaresStep(int[] n, double[] alpha, double step)
    {
        double products = 0, squares = 0;
        for (int code = 0; code < 1 << n.Length; code++)
        {
            int level = n.Where((_, bit) => (code >> bit & 1) == 1).Sum();
            products += level * step * alpha.Where((_, bit) => (code >> bit & 1) == 1).Sum();
            squares += level * level;
        }

        return products / squares;
    }

    /// <summary>Whatever the levels in memory: products see sums of the coefficients as they are written, and 0 where nothing is.</summary>
    [Fact]
    public void PlanesAreWorthTheCoefficientsThatAreWritten()
    {
        var random = new Random(2);
        for (int round = 0; round < 100; round++)
        {
            double[] coefficients = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => 0.3 + (5 * random.NextDouble()))];
            int bits = coefficients.Length;
            double ValueOf(int code) => coefficients.Select((a, bit) => (code >> (bits - 1 - bit) & 1) * a).Sum();
            int zero = round % 2 == 0 ? 0 : (int)ValueOf(random.Next(1 << bits));
            Code code = Resolve(Code(bits, 0.25f, zero, coefficients) with { Planes = true });
            BitPlanes planes = code.Planes!;

            Assert.Equal((code.MaxLevel + 1, bits), (planes.OfLevel.Count, planes.Coefficients.Count));
            Assert.Equal(0, planes.OfLevel[code.Zero]);
            Assert.InRange(planes.Coefficients.Sum(Math.Abs), 1 - 1e-6, 1 + 1e-6);

            // The code of zero is one whose level that is: every level is worth some code's coefficients less those.
            foreach (int level in code.Levels())
            {
                double[] differences =
                [
                    .. Enumerable.Range(0, 1 << bits).SelectMany(c => Enumerable.Range(0, 1 << bits).Select(z => 0.25 * (ValueOf(c) - ValueOf(z)))),
                ];
                Assert.True(differences.Min(difference => Math.Abs(difference - planes.ValueOf(level))) < 1e-6);
                Assert.InRange(planes.ValueOf(level) - (code.Step * (double)(level - code.Zero)), -0.05, 0.05);
            }
        }
    }

    [Fact]
    public void PlanesOfIntegersAreWorthTheirLevels()
    {
        Code code = Resolve(Code(3, 0.5f, 3, 4, 2, 1) with { Planes = true });

        Assert.All(code.Levels(), level => Assert.Equal(0.5 * (level - 3), code.ProductValueOf(level), 1e-6));
        Assert.Equal((1, 0, 0.5f * 7), (code.Product.MaxLevel, code.Product.Zero, code.Product.Step));
    }
}

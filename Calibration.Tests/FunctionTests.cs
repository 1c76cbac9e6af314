using BitKernelGen.Calibration.Reference;

namespace BitKernelGen.Calibration.Tests;

/// <summary>The functions of the arithmetic against the platform's, in double: the errors that <c>docs/arithmetic.md</c> tells.</summary>
public class FunctionTests
{
    private const int Points = 1_000_000;

    [Fact]
    public void Exponential() => Check(Functions.Exponential, Math.Exp, 1e-7);

    [Fact]
    public void Sigmoid()
    {
        Check(Functions.Sigmoid, x => 1 / (1 + Math.Exp(-x)), 2e-7);
        Assert.Equal(0.5f, Functions.Sigmoid(-0f));
        Assert.Equal(1, Functions.Sigmoid(float.PositiveInfinity));
        Assert.Equal(Functions.Sigmoid(-87), Functions.Sigmoid(float.NegativeInfinity));
        Assert.True(float.IsNormal(Functions.Sigmoid(-87)));
    }

    [Fact]
    public void Silu()
    {
        Check(x => Functions.Silu(x), x => x / (1 + Math.Exp(-x)), 2e-7);
        Assert.True(float.IsNormal(Functions.Silu(float.NegativeInfinity)));
    }

    [Fact]
    public void HardSwish()
    {
        Assert.Equal([-0f, -0f, -1f / 3, 0, 2f / 3, 3, 1e30f], new[] { float.NegativeInfinity, -3, -1, 0, 1, 3, 1e30f }.Select(Functions.HardSwish), (a, b) => Math.Abs(a - b) <= 1e-7 * Math.Abs(a));
    }

    private static void Check(Func<float, float> function, Func<double, double> exact, double tolerance)
    {
        double most = 0;
        for (int i = 0; i <= Points; i++)
        {
            var x = (float)(87 * ((2.0 * i / Points) - 1));
            double expected = exact(x);
            most = Math.Max(most, Math.Abs(function(x) - expected) / Math.Max(Math.Abs(expected), double.Epsilon));
        }

        Assert.True(most < tolerance, $"{most:e3}");
    }
}

using System.Globalization;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles.Tests.Text;

public class ExactDoubleTests
{
    [Theory]
    [InlineData("0.1")]
    [InlineData("9007199254740993.0")] // A tie: 2⁵³ + 1.
    [InlineData("9007199254740993.00000000000000000000000000000000000000001")]
    [InlineData("9007199254740995.0")]
    [InlineData("2.2250738585072011e-308")] // The largest subnormal, and what rounds up from it.
    [InlineData("2.2250738585072012e-308")]
    [InlineData("4.9406564584124654e-324")]
    [InlineData("2.4703282292062327e-324")] // Just below half of the least.
    [InlineData("2.4703282292062328e-324")]
    [InlineData("1e-325")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("1.7976931348623158e308")]
    [InlineData("0.0000000000000000000000000000000000000000000000000000001e60")]
    public void IsTheNearest(string text) => AssertNearest(text);

    [Fact]
    public void AgreesWithTheFramework()
    {
        var random = new Random(1);
        for (int i = 0; i < 20000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (double.IsFinite(value))
                AssertNearest(value.ToString($"E{random.Next(0, 40)}", CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("1e309")]
    [InlineData("-1.7976931348623159e308")]
    [InlineData("1e99999999999999999999")]
    public void BeyondTheLargestIsRefused(string text)
    {
        Assert.Null(TomlNumber.Parse(text, default, out string error));
        Assert.Contains("beyond the range", error);
    }

    private static void AssertNearest(string text)
    {
        double expected = double.Parse(text, CultureInfo.InvariantCulture);
        var read = (TomlFloat?)TomlNumber.Parse(text, default, out _);
        if (double.IsInfinity(expected))
            Assert.Null(read);
        else
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(read!.Value));
    }
}

using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Calibration.Tests.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Bottlenecks;

public class EvenCodesTests
{
    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void TheBestCodeIsNeverWorseThanTheWholeRange(string name)
    {
        float[] values = Distributions.Draw(name);
        var histogram = new CumulativeHistogram(Distributions.HistogramOf(values));
        for (int bits = 1; bits <= 8; bits++)
        {
            Bottleneck best = EvenCodes.Best(histogram, bits), range = EvenCodes.OfRange(histogram, bits);

            Assert.True(best.Distortion <= range.Distortion, $"{bits} bits: {best.Distortion} > {range.Distortion}");
            Assert.Equal(SquaredError(values, best.Spec), best.Distortion, (0.02 * best.Distortion) + 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Distributions.Names), MemberType = typeof(Distributions))]
    public void ClippingThatCountsMoreIsLess(string name)
    {
        float[] values = Distributions.Draw(name);
        var histogram = new CumulativeHistogram(Distributions.HistogramOf(values));
        for (int bits = 2; bits <= 8; bits += 3)
        {
            Bottleneck plain = EvenCodes.Best(histogram, bits), careful = EvenCodes.Best(histogram, bits, clipWeight: 5);
            double cost = Cost(careful);

            Assert.True(Clipped(careful) <= Clipped(plain) + 1e-12, $"{bits} bits: {Clipped(careful)} > {Clipped(plain)}");
            Assert.True(cost <= Cost(plain) * (1 + 1e-9), $"{bits} bits: {cost} > {Cost(plain)}");
            Assert.True(plain.Distortion <= careful.Distortion);
        }

        double Clipped(Bottleneck code) => values.Average(value =>
        {
            double step = code.Spec.Step, low = -step * code.Spec.Zero, high = step * ((1 << code.Spec.Bits) - 1 - code.Spec.Zero);
            return Math.Pow(value - Math.Clamp(value, low, high), 2);
        });
        double Cost(Bottleneck code) => code.Distortion + (4 * Clipped(code));
    }

    [Theory]
    [InlineData(1, 0.36338)]
    [InlineData(2, 0.11885)]
    [InlineData(3, 0.03744)]
    [InlineData(4, 0.01154)]
    public void TwoSidedNormalValuesReachTheKnownOptimum(int bits, double optimum)
    {
        // The least error of an evenly spaced quantizer of a normal variable whose levels lie symmetrically is known; ours has a
        // level at zero, so it can only come near.
        Bottleneck best = Best(Distributions.Draw("two-sided", 200_000), bits);

        Assert.InRange(best.Distortion, 0.97 * optimum, (bits == 1 ? 2 : 1.3) * optimum);
    }

    [Fact]
    public void ValuesOfOneSignHaveNoZeroOffset()
    {
        Assert.Equal(0, Best(Distributions.Draw("half-normal"), 4).Spec.Zero);
        Assert.Equal(15, Best(Distributions.Draw("negative"), 4).Spec.Zero);
    }

    [Fact]
    public void ATensorOfZerosGetsAValidCode()
    {
        Bottleneck code = Best(new float[100], 4);

        Assert.Equal(0, code.Distortion);
        Assert.True(code.Spec.Step > 0);
    }

    [Theory]
    [InlineData(0.2860, 0.3530, 256)]
    [InlineData(0, 1, 256)]
    [InlineData(0.5, 0.5, 255)] // Zero is a 257th value, between two bytes.
    public void RawBytesKeepTheirValuesAndZero(double mean, double std, int distinct)
    {
        CodeSpec code = InputCode.OfBytes(new InputNormalization([mean], [std]), 8);

        double[] levels = [.. Enumerable.Range(0, 256).Select(pixel => Math.Round(((pixel / 255.0) - mean) / std / code.Step) + code.Zero)];

        Assert.All(levels, level => Assert.InRange(level, 0, 255));
        Assert.Equal(distinct, levels.Distinct().Count());
        Assert.InRange(code.Zero, 0, 255);
    }

    private static Bottleneck Best(float[] values, int bits) => EvenCodes.Best(new CumulativeHistogram(Distributions.HistogramOf(values)), bits);

    private static double SquaredError(float[] values, CodeSpec code)
    {
        int maxLevel = (1 << code.Bits) - 1;
        return values.Average(x => Math.Pow(
            x - ((double)code.Step * Math.Clamp(Math.Round((double)x / code.Step), -code.Zero, maxLevel - code.Zero)), 2));
    }
}

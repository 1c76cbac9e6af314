using BitKernelGen.Calibration.Reference;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Simulate;

public class LevelEncoderTests
{
    public static TheoryData<int, double, int, double[]> Codes => new()
    {
        { 4, 0.1, 0, [] },
        { 4, 0.1, 7, [] },
        { 3, 0.1, 0, [5, 3, 1] },
        { 3, 0.1, 4, [5, 3, 1] },
        { 2, 0.05, 0, [22, 7] },
        { 5, 0.02, 0, [15.919, 7.9333, 3.9197, 1.9664, 0.9708] },
    };

    [Fact]
    public void PlanesDecodeToTheCoefficientsThatAreWritten()
    {
        double[] coefficients = [15.919, 7.9333, 3.9197];
        var encoder = new LevelEncoder(new CodeSpec { Bits = 3, Step = 0.02f, Coefficients = new EquatableArray<double>(coefficients), Planes = true });

        float[] values = [.. Enumerable.Range(0, 8).Select(code => (float)(0.02f * coefficients.Select((a, bit) => (code >> (2 - bit) & 1) * a).Sum()))];
        float[] decoded = encoder.Decode(encoder.Encode(values));

        Assert.All(values.Zip(decoded), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void ValuesGoToTheNearestLevelAsInTheReference(int bits, double step, int zero, double[] coefficients)
    {
        var spec = new CodeSpec { Bits = bits, Step = (float)step, Zero = zero, Coefficients = new EquatableArray<double>(coefficients) };
        var code = Code.Of(spec);
        var encoder = new LevelEncoder(spec);
        var reference = new Encoder(code, ActivationFunction.None);
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 2000).Select(_ => (float)((random.NextDouble() * 4) - 1))];

        byte[] levels = encoder.Encode(values);
        float[] decoded = encoder.Decode(levels);

        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(reference.LevelOf(values[i] * code.Reciprocal), levels[i]);
            double least = code.Levels().Min(level => Math.Abs(values[i] - (code.Step * (level - code.Zero))));
            Assert.Equal(least, Math.Abs(values[i] - decoded[i]), 1e-5);
        }
    }
}

namespace BitKernelGen.Runtime.Tests;

public class QuantizedLayerTests
{
    public static TheoryData<int, int> BitsAndInputs()
    {
        var data = new TheoryData<int, int>();
        foreach (int inputs in new[] { 1, 2, 3, 7, 8, 9, 27, 64, 101 })
        {
            for (int bits = 1; bits <= 8; bits++)
                data.Add(bits, inputs);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(BitsAndInputs))]
    public void EveryWidthRoundTrips(int bits, int inputs)
    {
        const int Outputs = 5;
        var random = new Random((bits * 1000) + inputs);
        int largest = (1 << (bits - 1)) - 1;
        sbyte[] values = [.. Enumerable.Range(0, Outputs * inputs).Select(_ => (sbyte)(bits == 1
            ? (2 * random.Next(2)) - 1
            : random.Next(-largest, largest + 1)))];

        QuantizedLayer layer = QuantizedLayer.Read(File(Pack(values, Outputs, inputs, bits), Outputs), "x", Outputs, inputs, bits);

        Assert.Equal(values, layer.Values);
        Assert.Equal([1f, 2f, 3f, 4f, 5f], layer.Scale);
        Assert.Equal([0f, -1f, -2f, -3f, -4f], layer.Bias);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void TheValueBeyondTheSymmetricRangeIsRefused(int bits)
    {
        var values = new sbyte[3 * 5];
        values[(2 * 5) + 4] = (sbyte)(-1 << (bits - 1));

        Refused($"[2, 4] is {values[14]}", File(Pack(values, 3, 5, bits), 3), 3, 5, bits);
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 5)]
    [InlineData(4, 3)]
    [InlineData(7, 1)]
    public void BitsAfterARowsLastWeightAreRefused(int bits, int inputs)
    {
        byte[] packed = Pack([.. Enumerable.Repeat((sbyte)1, 3 * inputs)], 3, inputs, bits);
        packed[(packed.Length / 3 * 2) - 1] |= 0x80;

        Refused("row 1 has bits set", File(packed, 3), 3, inputs, bits);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0f)]
    [InlineData(-1f)]
    public void ScalesMustBeFiniteAndPositive(float scale) =>
        Refused("'x.scale' [1]", File([1, 1], SafeTensorsFile.Floats("x.scale", 1, scale), SafeTensorsFile.Floats("x.bias", 0, 0)), 2, 1, 8);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void BiasesMustBeFinite(float bias) =>
        Refused("'x.bias' [1]", File([1, 1], SafeTensorsFile.Floats("x.scale", 1, 1), SafeTensorsFile.Floats("x.bias", 0, bias)), 2, 1, 8);

    [Fact]
    public void AnotherWidthOrShapeIsRefused()
    {
        SafeTensors file = File(Pack(new sbyte[6], 2, 3, 8), 2);

        Refused("'x.weight' is U8 [2, 3]; expected U8 [2, 2]", file, 2, 3, 4);
        Refused("expected U8 [3, 2]", file, 3, 2, 8);
        Refused("'y.weight' is missing", file, 2, 3, 8, layer: "y");
    }

    private static void Refused(string message, SafeTensors file, int outputs, int inputs, int bits, string layer = "x") =>
        Assert.Contains(message, Assert.Throws<WeightsException>(() => QuantizedLayer.Read(file, layer, outputs, inputs, bits)).Message);

    private static SafeTensors File(byte[] packed, int outputs) => File(
        packed,
        SafeTensorsFile.Floats("x.scale", [.. Enumerable.Range(1, outputs).Select(o => (float)o)]),
        SafeTensorsFile.Floats("x.bias", [.. Enumerable.Range(0, outputs).Select(o => (float)-o)]));

    private static SafeTensors File(
        byte[] packed, (string, string, int[] Shape, byte[]) scale, (string, string, int[], byte[]) bias) =>
        SafeTensors.Read(SafeTensorsFile.FromTensors(
            ("x.weight", "U8", [scale.Shape[0], packed.Length / scale.Shape[0]], packed), scale, bias));

    /// <summary>The format's definition, a bit at a time.</summary>
    private static byte[] Pack(sbyte[] values, int outputs, int inputs, int bits)
    {
        int rowBytes = ((inputs * bits) + 7) / 8;
        var packed = new byte[outputs * rowBytes];
        for (int i = 0; i < values.Length; i++)
        {
            int field = bits == 1 ? (values[i] > 0 ? 1 : 0) : values[i];
            for (int bit = 0; bit < bits; bit++)
            {
                int position = (i % inputs * bits) + bit;
                packed[(i / inputs * rowBytes) + (position / 8)] |= (byte)((field >> bit & 1) << (position % 8));
            }
        }

        return packed;
    }
}

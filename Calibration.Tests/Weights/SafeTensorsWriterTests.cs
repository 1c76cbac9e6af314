using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Tests.Weights;

public class SafeTensorsWriterTests
{
    public static TheoryData<int, int> BitsAndInputs()
    {
        var data = new TheoryData<int, int>();
        for (int bits = 1; bits <= 8; bits++)
        {
            foreach (int inputs in (int[])[1, 2, 3, 7, 8, 9, 31, 64, 75])
                data.Add(bits, inputs);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(BitsAndInputs))]
    public void WhatIsWrittenIsReadBack(int bits, int inputs)
    {
        LayerWeights first = RandomWeights(bits, 3, inputs, 1), second = RandomWeights(bits, 5, inputs, 2);

        SafeTensors file = SafeTensors.Read(Write(("a", first), ("b", second)));

        Equal(first, QuantizedLayer.Read(file, "a", 3, inputs, bits));
        Equal(second, QuantizedLayer.Read(file, "b", 5, inputs, bits));
        Assert.Equal("bitprofile-weights/1", file.Metadata["format"]);
    }

    [Fact]
    public void EqualLayersMakeEqualBytesAndEveryFloatIsAligned()
    {
        byte[] Once() => Write(("a", RandomWeights(3, 3, 7, 1)), ("b", RandomWeights(8, 1, 3, 2)));

        byte[] file = Once();

        Assert.Equal(file, Once());
        long header = BitConverter.ToInt64(file);
        Assert.Equal(0, header % 8);
        Assert.Equal((byte)'{', file[8]);
        Assert.Equal(["a.scale", "a.bias", "b.scale", "b.bias", "a.weight", "b.weight"], SafeTensors.Read(file).Names);
    }

    [Fact]
    public void AFileWithoutLayersIsValid() => Assert.Empty(SafeTensors.Read(Write()).Names);

    private static byte[] Write(params (string Name, LayerWeights Weights)[] layers)
    {
        var writer = new SafeTensorsWriter();
        foreach ((string name, LayerWeights weights) in layers)
            writer.Add(name, weights);
        return writer.ToArray();
    }

    private static LayerWeights RandomWeights(int bits, int outputs, int inputs, int seed)
    {
        var random = new Random(seed);
        int largest = LayerWeights.Largest(bits);
        var values = new sbyte[outputs * inputs];
        for (int i = 0; i < values.Length; i++)
            values[i] = (sbyte)(bits == 1 ? (2 * random.Next(2)) - 1 : random.Next(-largest, largest + 1));
        float[] Floats() => [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle() + 0.1f)];
        return new LayerWeights(bits, values, Floats(), Floats());
    }

    private static void Equal(LayerWeights written, QuantizedLayer read)
    {
        Assert.Equal(written.Values, read.Values);
        Assert.Equal(written.Scale, read.Scale);
        Assert.Equal(written.Bias, read.Bias);
    }
}

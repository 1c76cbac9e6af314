using System.Runtime.InteropServices;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>Several inputs in one call give the bits of a call for each.</summary>
[Collection(CompiledNetworksCollection.Name)]
public class BatchTests(CompiledNetworks compiled)
{
    private const int Count = 3;

    private TestNetwork Network => compiled.Networks.First(network => network.Profile.Input.Mean.Count > 0);

    private TestNetwork NetworkWithoutMean => compiled.Networks.First(network => network.Profile.Input.Mean.Count == 0);

    [Fact]
    public void ABatchOfFloatsEqualsSingleRuns()
    {
        foreach (TestNetwork network in compiled.Networks.Take(12))
        {
            using IModel model = compiled.Compiled.Load(network);
            var random = new Random(5);
            float[] inputs = [.. Enumerable.Range(0, Count * model.InputLength).Select(_ => (random.NextSingle() * 4) - 2)];
            float[] expected = new float[Count * model.OutputLength], actual = new float[expected.Length];
            for (int i = 0; i < Count; i++)
                model.Run(inputs.AsSpan(i * model.InputLength, model.InputLength), expected.AsSpan(i * model.OutputLength, model.OutputLength));

            model.RunBatch(inputs, actual);

            Assert.Equal(Bits(expected), Bits(actual));
        }
    }

    [Fact]
    public void ABatchOfBytesEqualsSingleRuns()
    {
        using IModel model = compiled.Compiled.Load(Network);
        var inputs = new byte[Count * model.InputLength];
        new Random(6).NextBytes(inputs);
        float[] expected = new float[Count * model.OutputLength], actual = new float[expected.Length];
        for (int i = 0; i < Count; i++)
            model.Run(inputs.AsSpan(i * model.InputLength, model.InputLength), expected.AsSpan(i * model.OutputLength, model.OutputLength));

        model.RunBatch(inputs, actual);

        Assert.Equal(Bits(expected), Bits(actual));
    }

    [Fact]
    public void NothingIsABatchToo()
    {
        using IModel model = compiled.Compiled.Load(Network);

        model.RunBatch(ReadOnlySpan<float>.Empty, []);
    }

    [Theory]
    [InlineData(1, 0, "inputs")]
    [InlineData(-1, 0, "inputs")]
    [InlineData(0, 1, "outputs")]
    [InlineData(0, -1, "outputs")]
    public void WrongLengthsAreRefused(int moreInputs, int moreOutputs, string parameter)
    {
        using IModel model = compiled.Compiled.Load(compiled.Networks.First(network => network.Network.Tensors[0].Length > 1));
        float[] inputs = new float[(Count * model.InputLength) + moreInputs], outputs = new float[(Count * model.OutputLength) + moreOutputs];

        Assert.Throws<ArgumentException>(parameter, () => model.RunBatch(inputs, outputs));
    }

    [Fact]
    public void BytesNeedMeanAndStandardDeviation()
    {
        using IModel model = compiled.Compiled.Load(NetworkWithoutMean);
        byte[] inputs = new byte[model.InputLength];
        var outputs = new float[model.OutputLength];

        Assert.Throws<NotSupportedException>(() => model.RunBatch(inputs, outputs));
    }

    private static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values).ToArray();
}

using BitKernelGen.Packing;

namespace BitKernelGen.Runtime.Tests;

public class WinogradWeightsTests
{
    public static TheoryData<int> Tiles => [2, 4];

    [Theory]
    [MemberData(nameof(Tiles))]
    public void TransformsEveryChannel(int tile)
    {
        var transform = WinogradTransform.Of(tile);
        foreach (int channels in (int[])[1, 4, 31, 64, 100])
        {
            sbyte[] weights = Weights(new Random(channels), 2 * 9 * channels, kind: 0);
            var transformed = WinogradWeights.Of(transform, weights, 2, channels);
            for (int output = 0; output < 2; output++)
            {
                for (int position = 0; position < transform.Positions.Count; position++)
                {
                    for (int channel = 0; channel < channels; channel++)
                    {
                        Assert.Equal(
                            transform.Positions[position].Transform(weights, (output * 9 * channels) + channel, channels),
                            transformed.At(output, position)[channel]);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Levels that drive each 16-bit sum to its extremes, added as the instructions do: nothing may saturate or wrap. With one
    /// group more, some levels must make it wrap: chunks are as long as the weights allow.
    /// </summary>
    [Theory]
    [InlineData(2, 4)]
    [InlineData(4, 4)]
    [InlineData(4, 8)]
    public void ChunksHoldForTheWorstLevelsAndNoLongerOnesWould(int tile, int bits)
    {
        var transform = WinogradTransform.Of(tile);
        var random = new Random(9);
        bool wasCut = false;
        for (int kind = 0; kind < 6; kind++)
        {
            foreach (int maxLevel in (int[])[1, 7, 15])
            {
                const int Outputs = 3;
                int channels = random.Next(1, 40) + (kind * 30);
                WinogradWeights[] parts = WinogradWeights.PartsOf(transform, Weights(random, Outputs * 9 * channels, kind, bits), Outputs, channels, bits);
                WinogradWeights weights = parts[random.Next(parts.Length)];
                int[][] chunks = weights.Chunks(maxLevel)!;
                for (int position = 0; position < chunks.Length; position++)
                {
                    int span = transform.Positions[position].Span(maxLevel), first = 0;
                    Assert.Equal((channels + 3) / 4, chunks[position].Sum());
                    foreach (int size in chunks[position])
                    {
                        Assert.True(Largest(weights, position, first, size, span) <= short.MaxValue);
                        if ((first + size) * 4 < channels)
                        {
                            wasCut = true;
                            Assert.True(Largest(weights, position, first, size + 1, span) > short.MaxValue);
                        }

                        first += size;
                    }
                }
            }
        }

        Assert.True(wasCut);
    }

    /// <summary>Two halves are their weights again, transformed or not.</summary>
    [Fact]
    public void HalvesAreTheWeights()
    {
        const int Channels = 29;
        sbyte[] weights = [.. Enumerable.Range(0, 9 * Channels).Select(i => (sbyte)((i % 255) - 127))];
        WinogradWeights[] parts = WinogradWeights.PartsOf(WinogradTransform.F4, weights, 1, Channels, bits: 5);
        Assert.Equal([16, 1], parts.Select(part => part.Factor));

        for (int position = 0; position < WinogradTransform.F4.Positions.Count; position++)
        {
            sbyte[] high = parts[0].At(0, position), low = parts[1].At(0, position);
            for (int channel = 0; channel < Channels; channel++)
            {
                Assert.InRange(Math.Max(Math.Abs((int)high[channel]), Math.Abs((int)low[channel])), 0, 72);
                Assert.Equal(WinogradTransform.F4.Positions[position].Transform(weights, channel, Channels), (16 * high[channel]) + low[channel]);
            }
        }
    }

    /// <summary>119 is 16 · 7 + 7; of −120 the low half is −8, so that two of nine of them would saturate.</summary>
    [Fact]
    public void HalvesWhosePairsWouldSaturateAreNotProved()
    {
        int Chunks(int channels, int maxLevel, params sbyte[] values) => WinogradWeights.ChunksOf(
            WinogradWeights.PartsOf(WinogradTransform.F4, [.. Enumerable.Range(0, 9 * channels).Select(i => values[i % channels % values.Length])], 1, channels, bits: 8), maxLevel);

        Assert.Equal(92, Chunks(4, 15, 119));
        Assert.Equal(92, Chunks(4, 15, -119));
        Assert.Equal(0, Chunks(4, 15, -120));
        Assert.Equal(92, Chunks(4, 14, -120));
        Assert.Equal(92, Chunks(4, 15, -120, 119));
        Assert.InRange(Chunks(64, 15, 119), 93, 92 * 16);
        Assert.Equal(0, Chunks(64, 15, [.. Enumerable.Repeat((sbyte)1, 62), -120, -120]));
    }

    private static sbyte[] Weights(Random random, int count, int kind, int bits = 4) => [.. Enumerable.Range(0, count).Select(i => (sbyte)((bits == 8 ? 17 : 1) * kind switch
    {
        0 => random.Next(-7, 8),
        1 => 7,
        2 => -7,
        3 => random.Next(2) == 0 ? 7 : -7,
        4 => random.Next(-1, 2),
        _ => (int)Math.Clamp(Math.Round(random.NextDouble() * random.NextDouble() * 16 * (random.Next(3) - 1)), -7, 7),
    }))];

    /// <summary>The largest magnitude of a 16-bit sum: levels are at their span where weights have one sign, and 0 elsewhere.</summary>
    private static int Largest(WinogradWeights weights, int position, int firstGroup, int groups, int span)
    {
        int largest = 0;
        for (int output = 0; output < 3; output++)
        {
            ReadOnlySpan<sbyte> values = weights.At(output, position);
            foreach (int sign in (int[])[1, -1])
            {
                int even = 0, odd = 0;
                for (int channel = firstGroup * 4; channel < Math.Min((firstGroup + groups) * 4, values.Length); channel++)
                {
                    int product = values[channel] * sign > 0 ? span * values[channel] : 0;
                    if (channel % 4 < 2)
                        even += product;
                    else
                        odd += product;
                }

                largest = Math.Max(largest, Math.Max(Math.Abs(even), Math.Abs(odd)));
            }
        }

        return largest;
    }
}

namespace BitKernelGen.Runtime.Tests;

public class AccumulationBoundsTests
{
    [Fact]
    public void AgreesWithEveryWindowTried()
    {
        var random = new Random(7);
        for (int round = 0; round < 400; round++)
        {
            int outputs = random.Next(1, 4), rows = random.Next(1, 4), columns = random.Next(1, 4), channels = random.Next(1, 10);
            int pixelBytes = random.Next(2) == 0 ? channels : (channels + 3) / 4 * 4;
            int maxLevel = new[] { 1, 15, 31, 255 }[random.Next(4)];
            int largest = new[] { 1, 7, 127 }[random.Next(3)];
            sbyte[] weights = [.. Enumerable.Range(0, outputs * rows * columns * channels)
                .Select(_ => (sbyte)random.Next(-largest, largest + 1))];

            AccumulationBounds expected = BruteForce(weights, outputs, rows, columns, channels, pixelBytes, maxLevel);

            Assert.Equal(
                expected, AccumulationBounds.Prove(weights, outputs, rows, columns, channels, pixelBytes, maxLevel));
            for (int steps = 1; steps <= expected.Steps + 1; steps++)
            {
                Assert.Equal(
                    steps <= expected.Steps, AccumulationBounds.Allow(weights, outputs, rows, columns, channels, pixelBytes, maxLevel, steps));
            }
        }
    }

    [Fact]
    public void TheWorstCaseIsNeverBeaten()
    {
        var random = new Random(8);
        for (int bits = 1; bits <= 8; bits++)
        {
            int largest = bits == 1 ? 1 : (1 << (bits - 1)) - 1;
            var worst = AccumulationBounds.WorstCase(bits, 3, 3, 5, 8, 15);
            sbyte[] weights = [.. Enumerable.Range(0, 2 * 45).Select(_ => (sbyte)(largest * ((2 * random.Next(2)) - 1)))];

            AccumulationBounds proved = AccumulationBounds.Prove(weights, 2, 3, 3, 5, 8, 15);

            Assert.True(proved.Pair <= worst.Pair && proved.Steps >= worst.Steps && proved.Sum <= worst.Sum);
        }
    }

    /// <summary>The definition: lay the reduction out byte by byte, try every run of groups of every length.</summary>
    private static AccumulationBounds BruteForce(
        sbyte[] weights, int outputs, int rows, int columns, int channels, int pixelBytes, int maxLevel)
    {
        int rowBytes = ((columns * pixelBytes) + 3) / 4 * 4;
        int groups = rows * rowBytes / 4;
        var laidOut = new sbyte[outputs, rows * rowBytes];
        for (int i = 0; i < weights.Length; i++)
        {
            int channel = i % channels, column = i / channels % columns, row = i / channels / columns % rows;
            laidOut[i / (rows * columns * channels), (row * rowBytes) + (column * pixelBytes) + channel] = weights[i];
        }

        int Largest(int first, int count)
        {
            int largest = 0;
            for (int o = 0; o < outputs; o++)
            {
                for (int pair = 0; pair < 2; pair++)
                {
                    int positive = 0, negative = 0;
                    for (int group = first; group < first + count; group++)
                    {
                        for (int product = 0; product < 2; product++)
                        {
                            int weight = laidOut[o, (4 * group) + (2 * pair) + product];
                            positive += Math.Max(weight, 0);
                            negative += Math.Max(-weight, 0);
                        }
                    }

                    largest = Math.Max(largest, maxLevel * Math.Max(positive, negative));
                }
            }

            return largest;
        }

        int LargestOf(int count) => Enumerable.Range(0, groups - count + 1).Max(first => Largest(first, count));

        int steps = 0;
        while (steps < groups && LargestOf(steps + 1) <= short.MaxValue)
            steps++;
        int perOutput = rows * columns * channels;
        long sum = Enumerable.Range(0, outputs)
            .Max(o => weights.Skip(o * perOutput).Take(perOutput).Sum(weight => Math.Abs((long)weight)) * maxLevel);
        return new AccumulationBounds(LargestOf(1), steps, sum);
    }
}

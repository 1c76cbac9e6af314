using BitKernelGen.Execution;
using BitKernelGen.Packing;

namespace BitKernelGen.Runtime.Tests;

/// <summary>What is packed, byte by byte, against its definition written out weight by weight.</summary>
public unsafe class WinogradPackerTests
{
    [SkippableTheory]
    [InlineData(2, 16, 2, 40, 68, 0, 4, false)]
    [InlineData(4, 16, 2, 40, 68, 3, 4, false)]
    [InlineData(4, 16, 1, 16, 300, 0, 4, false)]
    [InlineData(4, 8, 2, 33, 7, 15, 4, false)]
    [InlineData(2, 8, 1, 5, 1, 1, 4, false)]
    [InlineData(4, 16, 2, 40, 68, 3, 8, false)]
    [InlineData(4, 8, 1, 5, 300, 0, 8, false)]
    [InlineData(2, 16, 2, 40, 16, 0, 4, true)]
    [InlineData(2, 16, 1, 7, 11, 0, 4, true)]
    public void PacksByItsDefinition(int tile, int lanes, int vectors, int outputs, int channels, int zero, int bits, bool widensLast)
    {
        Skip.If(Machine.Choose(false, false, true), "This machine packs no transformed weights.");
        const int MaxLevel = 15;
        var random = new Random(outputs);
        int products = 9 * channels;
        sbyte[] values = [.. Enumerable.Range(0, outputs * products).Select(i => (sbyte)((bits == 8 ? 17 : 1) * (i < products ? 7 : random.Next(-7, 8))))];
        float[] scale = [.. Enumerable.Range(0, outputs).Select(_ => 0.5f + random.NextSingle())];
        SafeTensors file = SafeTensors.Read(SafeTensorsFile.FromTensors(
            bits == 8 ? ("x.weight", "U8", [outputs, products], [.. values.Select(value => (byte)value)])
                : ("x.weight", "U8", [outputs, (products + 1) / 2], Nibbles(values, products)),
            SafeTensorsFile.Floats("x.scale", scale),
            SafeTensorsFile.Floats("x.bias", new float[outputs])));

        var transform = WinogradTransform.Of(tile);
        int groups = (channels + 3) / 4, panel = lanes * vectors, padded = (outputs + panel - 1) / panel * panel;

        // High halves, then low ones: 17 times a weight of 4 bits is 16 of it and it.
        WinogradWeights[] parts = WinogradWeights.PartsOf(transform, values, outputs, channels, bits);
        int positions = transform.Positions.Count;
        int[][] chunks = widensLast ? [.. transform.Positions.Select(_ => new[] { groups })] : [.. parts.SelectMany(part => part.Chunks(MaxLevel)!)];
        var layout = new WinogradLayout(tile, lanes, vectors, DataPitch: 1000, SumsPitch: 100, chunks.Sum(sizes => sizes.Length), WidensLast: widensLast);
        var shape = new LayerShape("x", outputs, 3, 3, channels, groups * 4, bits, zero, MaxLevel, Step: 0.25f, Premultiplier: 2);
        var memory = new PackedWeights();
        byte* block = LayerPacker.Convolution(memory, file, shape, layout);

        var expected = new byte[memory.Bytes];
        fixed (byte* target = expected)
        {
            var floats = (float*)target;
            for (int output = 0; output < outputs; output++)
                floats[output] = 0.25f * scale[output] * 2 / transform.Scale;
            int* corrections = (int*)target + (2 * padded);
            for (int output = 0; output < outputs; output++)
            {
                long[] Sums(int? pair = null) => transform.Output([.. transform.Positions.Select(position => -(long)position.Offset(MaxLevel)
                    * Enumerable.Range(0, channels).Where(channel => pair is null || channel / 2 % 2 == pair)
                        .Sum(channel => position.Transform(values, (output * products) + channel, channels)))]);
                long[] sums = Sums();
                long zeroProduct = zero * values.AsSpan(output * products, products).ToArray().Sum(weight => (long)weight);
                for (int pixel = 0; pixel < sums.Length; pixel++)
                {
                    corrections[(((output / lanes * sums.Length) + pixel) * lanes) + (output % lanes)] = widensLast
                        ? (ushort)Sums(0)[pixel] | (ushort)Sums(1)[pixel] << 16
                        : (int)(sums[pixel] - (transform.Scale * zeroProduct));
                }
            }

            var weights = (sbyte*)(corrections + (padded * transform.Scale));
            int[] order = [.. Enumerable.Range(0, chunks.Length).OrderBy(piece => chunks[piece].Length > 1)];
            for (int first = 0; first < padded; first += panel)
            {
                foreach (int piece in order)
                {
                    WinogradPosition position = transform.Positions[piece % positions];
                    for (int channel = 0; channel < channels; channel++)
                    {
                        for (int output = first; output < Math.Min(first + panel, outputs); output++)
                        {
                            weights[(((channel / 4 * panel) + output - first) * 4) + (channel % 4)] =
                                (sbyte)(position.Transform(values, (output * products) + channel, channels) / (bits == 8 ? 17 : 1)
                                    * (widensLast ? position.Factor : 1));
                        }
                    }

                    weights += groups * panel * 4;
                }
            }

            var steps = (WinogradStep*)weights;
            *steps++ = new WinogradStep { Groups = chunks.Count(sizes => sizes.Length == 1), Sums = chunks.Where(sizes => sizes.Length > 1).Sum(sizes => sizes.Length) };
            int written = 0;
            var begun = new HashSet<int>();
            foreach (int piece in order)
            {
                int position = piece % positions;
                for (int chunk = 0, group = 0; chunk < chunks[piece].Length; group += chunks[piece][chunk++])
                {
                    *steps++ = new WinogradStep
                    {
                        Data = (position * 1000) + (4 * group),
                        Weights = written,
                        Sums = position * 100,
                        Groups = chunks[piece][chunk],
                        Factor = transform.Positions[position].Factor * parts[piece / positions].Factor * 0x10001,
                        Continues = begun.Add(position) ? 0 : 1,
                    };
                    written += chunks[piece][chunk] * panel * 4;
                }
            }

            Assert.Equal((nint)(target + expected.Length), (nint)steps);
        }

        Assert.Equal(expected, new Span<byte>(block, expected.Length).ToArray());
    }

    [SkippableFact]
    public void RefusesWeightsWhosePixelsNeedMoreThan16Bits()
    {
        Skip.If(Machine.Choose(false, false, true), "This machine packs no transformed weights.");
        const int Channels = 20;
        sbyte[] values = [.. Enumerable.Repeat((sbyte)7, 9 * Channels)];
        SafeTensors file = SafeTensors.Read(SafeTensorsFile.FromTensors(
            ("x.weight", "U8", [1, (values.Length + 1) / 2], Nibbles(values, values.Length)),
            SafeTensorsFile.Floats("x.scale", [1]),
            SafeTensorsFile.Floats("x.bias", [0])));
        var layout = new WinogradLayout(Tile: 2, Lanes: 16, Vectors: 1, DataPitch: 64, SumsPitch: 64, Chunks: 16, WidensLast: true);
        var shape = new LayerShape("x", 1, 3, 3, Channels, Channels, 4, Zero: 0, MaxLevel: 15, Step: 1, Premultiplier: 1);

        var refused = Assert.Throws<WeightsException>(() => { LayerPacker.Convolution(new PackedWeights(), file, shape, layout); });

        Assert.Contains("16 bits", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void RefusesHalvesOfWhichTwoProductsSaturate()
    {
        Skip.If(Machine.Choose(false, false, true), "This machine packs no transformed weights.");
        SafeTensors file = SafeTensors.Read(SafeTensorsFile.FromTensors(
            ("x.weight", "U8", [1, 9 * 4], [.. Enumerable.Repeat(unchecked((byte)-120), 9 * 4)]),
            SafeTensorsFile.Floats("x.scale", [1]),
            SafeTensorsFile.Floats("x.bias", [0])));
        var layout = new WinogradLayout(Tile: 4, Lanes: 16, Vectors: 1, DataPitch: 64, SumsPitch: 64, Chunks: 1000);
        var shape = new LayerShape("x", 1, 3, 3, 4, 4, 8, Zero: 0, MaxLevel: 15, Step: 1, Premultiplier: 1);

        var refused = Assert.Throws<WeightsException>(() => { LayerPacker.Convolution(new PackedWeights(), file, shape, layout); });

        Assert.Contains("two products of F(4x4) alone go beyond 16 bits", refused.Message, StringComparison.Ordinal);
    }

    private static byte[] Nibbles(sbyte[] values, int row)
    {
        var bytes = new byte[values.Length / row * ((row + 1) / 2)];
        for (int i = 0; i < values.Length; i++)
            bytes[(i / row * ((row + 1) / 2)) + (i % row / 2)] |= (byte)((values[i] & 15) << (i % row % 2 * 4));
        return bytes;
    }
}

using BitKernelGen.Packing;

namespace BitKernelGen.Runtime.Tests;

public class WinogradTransformTests
{
    public static TheoryData<int> Tiles => [2, 4];

    [Theory]
    [MemberData(nameof(Tiles))]
    public void IsTheConvolutionTimesItsScale(int tile)
    {
        var transform = WinogradTransform.Of(tile);
        Assert.Equal(tile == 2 ? 16 : 46, transform.Positions.Count);
        var random = new Random(tile);
        int window = transform.Window;
        for (int round = 0; round < 100; round++)
        {
            int[] levels = [.. Enumerable.Range(0, window * window).Select(_ => random.Next(-1000, 1001))];
            sbyte[] weights = [.. Enumerable.Range(0, 9).Select(_ => (sbyte)random.Next(-7, 8))];

            long[] sums = transform.Output([.. transform.Positions.Select(position =>
                (long)position.Data.Zip(levels, (coefficient, level) => coefficient * level).Sum() * position.Transform(weights, 0, 1))]);

            for (int pixel = 0; pixel < sums.Length; pixel++)
            {
                int expected = 0;
                for (int tap = 0; tap < 9; tap++)
                    expected += levels[(((pixel / tile) + (tap / 3)) * window) + (pixel % tile) + (tap % 3)] * weights[tap];
                Assert.Equal((long)expected * transform.Scale, sums[pixel]);
            }
        }
    }

    /// <summary>The limits that the products of 8 bits rely on, for the largest levels and weights.</summary>
    [Theory]
    [MemberData(nameof(Tiles))]
    public void WhatItTransformsFitsItsBits(int tile)
    {
        const int Largest = (1 << (WinogradTransform.MaxWeightBits - 1)) - 1;
        Assert.All(WinogradTransform.Of(tile).Positions, position =>
        {
            int span = position.Span(WinogradTransform.MaxLevel), weight = Largest * position.Weights.Sum(Math.Abs);
            Assert.InRange(position.Offset(WinogradTransform.MaxLevel), 0, span);
            Assert.InRange(span, 1, byte.MaxValue);
            Assert.InRange(weight, 1, sbyte.MaxValue);
            Assert.InRange(2 * span * weight, 1, short.MaxValue);
        });
    }
}

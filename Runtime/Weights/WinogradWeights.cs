using System.Numerics;
using System.Runtime.CompilerServices;
using BitKernelGen.Packing;

namespace BitKernelGen;

/// <summary>
/// A layer's weights, transformed for <see cref="WinogradTransform"/>, and what they prove about the products' 16-bit sums. The
/// calibrator counts chunks with it, the loader packs them.
/// </summary>
public sealed class WinogradWeights
{
    private readonly sbyte[] _values;
    private readonly int _outputs;
    private readonly int _channels;

    private WinogradWeights(WinogradTransform transform, sbyte[] values, int outputs, int channels) =>
        (Transform, _values, _outputs, _channels) = (transform, values, outputs, channels);

    /// <summary>The transform that made them.</summary>
    public WinogradTransform Transform { get; }

    /// <summary>The transformed weights of an output at a position, one for each channel.</summary>
    /// <param name="output">The output.</param>
    /// <param name="position">The position.</param>
    public ReadOnlySpan<sbyte> At(int output, int position) =>
        _values.AsSpan(((output * Transform.Positions.Count) + position) * _channels, _channels);

    /// <summary>Transforms the weights of a 3x3 convolution.</summary>
    /// <param name="transform">The transform.</param>
    /// <param name="weights">[outputs, 3, 3, channels], of at most <see cref="WinogradTransform.MaxWeightBits"/> bits.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="channels">Input channels.</param>
    public static WinogradWeights Of(WinogradTransform transform, ReadOnlySpan<sbyte> weights, int outputs, int channels)
    {
        int positions = transform.Positions.Count, taps = WinogradTransform.Taps * WinogradTransform.Taps;
        var values = new sbyte[outputs * positions * channels];
        for (int output = 0; output < outputs; output++)
        {
            ReadOnlySpan<sbyte> filter = weights.Slice(output * taps * channels, taps * channels);
            for (int position = 0; position < positions; position++)
            {
                Span<sbyte> target = values.AsSpan(((output * positions) + position) * channels, channels);
                int[] coefficients = transform.Positions[position].Weights;
                for (int tap = 0; tap < taps; tap++)
                    Add(target, filter.Slice(tap * channels, channels), coefficients[tap]);
            }
        }

        return new WinogradWeights(transform, values, outputs, channels);
    }

    /// <summary>
    /// Cuts the channels of each position into as few chunks as hold exactly: over the groups of four channels of a chunk, the
    /// products of either pair of a group, of one sign, for any levels, never sum beyond 16 bits.
    /// </summary>
    /// <param name="maxLevel">The largest level of the input's code, at most <see cref="WinogradTransform.MaxLevel"/>.</param>
    /// <returns>For each position the number of groups in each chunk.</returns>
    public int[][] Chunks(int maxLevel)
    {
        var chunks = new int[Transform.Positions.Count][];
        int groups = (_channels + AccumulationBounds.Group - 1) / AccumulationBounds.Group;

        // Of each output: both pair positions, positive and negative.
        var sums = new int[_outputs * 4];
        for (int position = 0; position < chunks.Length; position++)
        {
            int largest = short.MaxValue / Transform.Positions[position].Span(maxLevel), start = 0;
            var sizes = new List<int>();
            Array.Clear(sums);
            for (int group = 0; group < groups; group++)
            {
                if (AddGroup(sums, position, group) <= largest)
                    continue;
                sizes.Add(group - start);
                start = group;
                Array.Clear(sums);
                AddGroup(sums, position, group);
            }

            sizes.Add(groups - start);
            chunks[position] = [.. sizes];
        }

        return chunks;
    }

    private int AddGroup(int[] sums, int position, int group)
    {
        int largest = 0, first = group * AccumulationBounds.Group, count = Math.Min(AccumulationBounds.Group, _channels - first);
        for (int output = 0; output < _outputs; output++)
        {
            ReadOnlySpan<sbyte> values = At(output, position).Slice(first, count);
            for (int i = 0; i < values.Length; i++)
                sums[(4 * output) + (i / 2 * 2) + (values[i] < 0 ? 1 : 0)] += Math.Abs((int)values[i]);
            for (int i = 4 * output; i < (4 * output) + 4; i++)
                largest = Math.Max(largest, sums[i]);
        }

        return largest;
    }

    private static void Add(Span<sbyte> target, ReadOnlySpan<sbyte> source, int coefficient)
    {
        int i = 0;
        if (coefficient == 0)
            return;
        for (; i <= target.Length - Vector<sbyte>.Count; i += Vector<sbyte>.Count)
        {
            ref Vector<sbyte> sum = ref Unsafe.As<sbyte, Vector<sbyte>>(ref target[i]);
            sum += new Vector<sbyte>(source[i..]) * (sbyte)coefficient;
        }

        for (; i < target.Length; i++)
            target[i] += (sbyte)(source[i] * coefficient);
    }
}

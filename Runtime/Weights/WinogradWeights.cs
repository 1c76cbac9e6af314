using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BitKernelGen.Packing;

namespace BitKernelGen;

/// <summary>
/// A layer's weights, ready to be transformed for <see cref="WinogradTransform"/>, and what they prove about the products' 16-bit
/// sums. The calibrator counts chunks with it, the loader packs them.
/// </summary>
public sealed unsafe class WinogradWeights
{
    /// <summary>Outputs of a block: a vector holds a group of four channels of each.</summary>
    internal const int BlockOutputs = 8;

    private const int Taps = WinogradTransform.Taps * WinogradTransform.Taps;
    private const int VectorBytes = BlockOutputs * AccumulationBounds.Group;

    // Block by block, tap by tap: vectors of a group of four channels of each output.
    private readonly sbyte[] _taps;
    private readonly int _groups;
    private readonly (int[] Plus, int[] Minus)[] _terms;

    private WinogradWeights(WinogradTransform transform, int outputs, int channels, PackingRoom? room)
    {
        (Transform, Outputs, Channels) = (transform, outputs, channels);
        _groups = (channels + AccumulationBounds.Group - 1) / AccumulationBounds.Group;
        int bytes = Blocks * Taps * _groups * VectorBytes;
        _taps = room?.Taps(bytes) ?? new sbyte[bytes];
        if (room is not null && (outputs % BlockOutputs != 0 || channels % AccumulationBounds.Group != 0))
            Array.Clear(_taps, 0, bytes);
        _terms = [.. transform.Positions.Select(position => (Offsets(position, 1), Offsets(position, -1)))];
    }

    /// <summary>The transform that they are for.</summary>
    public WinogradTransform Transform { get; }

    /// <summary>Output channels.</summary>
    public int Outputs { get; }

    /// <summary>Input channels.</summary>
    public int Channels { get; }

    /// <summary>Blocks of <see cref="BlockOutputs"/> outputs.</summary>
    internal int Blocks => (Outputs + BlockOutputs - 1) / BlockOutputs;

    /// <summary>What its products count for: 16 where it holds the high halves of weights, else 1.</summary>
    public int Factor { get; private init; } = 1;

    /// <summary>
    /// Takes the weights of a 3x3 convolution in parts whose transforms fit 8 bits: themselves, or where they have more than
    /// <see cref="WinogradTransform.MaxWeightBits"/> bits two halves, 16 · high + low, of −8 to 8.
    /// </summary>
    /// <param name="transform">The transform.</param>
    /// <param name="weights">[outputs, 3, 3, channels].</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="bits">Bits of a weight, 1 to 8.</param>
    public static WinogradWeights[] PartsOf(WinogradTransform transform, ReadOnlySpan<sbyte> weights, int outputs, int channels, int bits) =>
        PartsOf(transform, weights, outputs, channels, bits, room: null);

    /// <summary>The same, valid until the next layer's weights are taken into the same room.</summary>
    internal static WinogradWeights[] PartsOf(
        WinogradTransform transform, ReadOnlySpan<sbyte> weights, int outputs, int channels, int bits, PackingRoom? room)
    {
        if (bits <= WinogradTransform.MaxWeightBits)
            return [Of(transform, weights, outputs, channels, room)];
        var high = new WinogradWeights(transform, outputs, channels, room) { Factor = 16 };
        var low = new WinogradWeights(transform, outputs, channels, room: null);
        high.Take(weights);
        fixed (sbyte* highs = high._taps, lows = low._taps)
            PanelUnpacker.Halve(highs, low._taps.Length, highs, lows);
        return [high, low];
    }

    /// <summary>The 16-bit sums that all products of a layer take; 0 where two products alone go beyond 16 bits.</summary>
    /// <param name="parts">The layer's weights.</param>
    /// <param name="maxLevel">The largest level of the input's code, at most <see cref="WinogradTransform.MaxLevel"/>.</param>
    public static int ChunksOf(IReadOnlyList<WinogradWeights> parts, int maxLevel)
    {
        int count = 0;
        foreach (WinogradWeights part in parts)
        {
            if (part.Chunks(maxLevel) is not { } chunks)
                return 0;
            count += chunks.Sum(sizes => sizes.Length);
        }

        return count;
    }

    /// <summary>Takes the weights of a 3x3 convolution.</summary>
    /// <param name="transform">The transform.</param>
    /// <param name="weights">[outputs, 3, 3, channels], of at most <see cref="WinogradTransform.MaxWeightBits"/> bits.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="channels">Input channels.</param>
    public static WinogradWeights Of(WinogradTransform transform, ReadOnlySpan<sbyte> weights, int outputs, int channels) =>
        Of(transform, weights, outputs, channels, room: null);

    /// <summary>The same, valid until the next layer's weights are taken into the same room.</summary>
    internal static WinogradWeights Of(WinogradTransform transform, ReadOnlySpan<sbyte> weights, int outputs, int channels, PackingRoom? room)
    {
        var taken = new WinogradWeights(transform, outputs, channels, room);
        taken.Take(weights);
        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(ReadOnlySpan<sbyte> weights)
    {
        Span<int> groups = MemoryMarshal.Cast<sbyte, int>(_taps.AsSpan());
        for (int output = 0; output < Outputs; output++)
        {
            for (int tap = 0; tap < Taps; tap++)
            {
                int first = (((output / BlockOutputs * Taps) + tap) * _groups * BlockOutputs) + (output % BlockOutputs);
                Interleave(weights.Slice(((output * Taps) + tap) * Channels, Channels), groups[first..]);
            }
        }
    }

    /// <summary>The transformed weights of an output at a position, one for each channel.</summary>
    /// <param name="output">The output.</param>
    /// <param name="position">The position.</param>
    public sbyte[] At(int output, int position)
    {
        var block = new sbyte[_groups * VectorBytes];
        fixed (sbyte* target = block)
            Write(position, output / BlockOutputs, target, VectorBytes);
        var values = new sbyte[Channels];
        for (int channel = 0; channel < values.Length; channel++)
            values[channel] = block[(channel / 4 * VectorBytes) + (output % BlockOutputs * 4) + (channel % 4)];
        return values;
    }

    /// <summary>Writes the transformed weights of a block at a position: group by group, four channels of each output.</summary>
    /// <param name="position">The position.</param>
    /// <param name="block">The block.</param>
    /// <param name="target">Receives them.</param>
    /// <param name="stride">Bytes from one group to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Write(int position, int block, sbyte* target, int stride)
    {
        (int[] plus, int[] minus) = _terms[position];
        fixed (sbyte* taps = &_taps[block * Taps * _groups * VectorBytes])
        {
            for (int group = 0; group < _groups; group++)
                Sum(taps + (group * VectorBytes), plus, minus).Store(target + ((nint)group * stride));
        }
    }

    /// <summary>
    /// Cuts the channels of each position into as few chunks as hold exactly: over the groups of four channels of a chunk, the
    /// products of either pair of a group, of one sign, for any levels, never sum beyond 16 bits.
    /// </summary>
    /// <param name="maxLevel">The largest level of the input's code, at most <see cref="WinogradTransform.MaxLevel"/>.</param>
    /// <returns>For each position the number of groups in each chunk; null where a pair of products alone, of halves, goes beyond.</returns>
    public int[][]? Chunks(int maxLevel)
    {
        var chunks = new int[_terms.Length][];
        var sums = new Vector256<ushort>[Blocks * 2];
        for (int position = 0; position < chunks.Length; position++)
        {
            var largest = (ushort)(short.MaxValue / Transform.Positions[position].Span(maxLevel));
            if ((IsWhole(position, largest) ? [_groups] : Cut(position, largest, sums)) is not { } sizes)
                return null;
            chunks[position] = sizes;
        }

        return chunks;
    }

    /// <summary>Whether the channels of a position need not be cut.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool IsWhole(int position, ushort largest)
    {
        (int[] plus, int[] minus) = _terms[position];
        Vector256<ushort> limit = Vector256.Create(largest);
        fixed (sbyte* taps = _taps)
        {
            sbyte* block = taps;
            for (int i = 0; i < Blocks; i++, block += Taps * _groups * VectorBytes)
            {
                Vector256<ushort> positive = default, negative = default;
                for (int group = 0; group < _groups; group++)
                {
                    Vector256<sbyte> values = Sum(block + (group * VectorBytes), plus, minus);
                    positive += Pairs(values);
                    negative += Pairs(-values);

                    // Beyond the limit they stay there, or they would wrap.
                    if ((group & 63) == 63 && Vector256.GreaterThanAny(Vector256.Max(positive, negative), limit))
                        return false;
                }

                if (Vector256.GreaterThanAny(Vector256.Max(positive, negative), limit))
                    return false;
            }
        }

        return true;
    }

    /// <summary>Cuts where any output goes beyond the limit; null where one group alone does.</summary>
    /// <param name="position">The position.</param>
    /// <param name="largest">The limit.</param>
    /// <param name="sums">Room for the sums of all blocks: positive weights, then negated negative ones.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int[]? Cut(int position, ushort largest, Vector256<ushort>[] sums)
    {
        (int[] plus, int[] minus) = _terms[position];
        var sizes = new List<int>();
        int start = 0;
        Array.Clear(sums);
        fixed (sbyte* taps = _taps)
        {
            for (int group = 0; group < _groups; group++)
            {
                if (Add(taps + (group * VectorBytes)) <= largest)
                    continue;
                if (group == start)
                    return null;

                // The group that did not fit begins the next chunk.
                sizes.Add(group - start);
                start = group--;
                Array.Clear(sums);
            }
        }

        sizes.Add(_groups - start);
        return [.. sizes];

        // Said again, since a local function does not inherit it.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        int Add(sbyte* vector)
        {
            Vector256<ushort> most = default;
            for (int block = 0; block < Blocks; block++, vector += Taps * _groups * VectorBytes)
            {
                Vector256<sbyte> values = Sum(vector, plus, minus);
                sums[2 * block] += Pairs(values);
                sums[(2 * block) + 1] += Pairs(-values);
                most = Vector256.Max(most, Vector256.Max(sums[2 * block], sums[(2 * block) + 1]));
            }

            int largestSum = 0;
            for (int lane = 0; lane < Vector256<ushort>.Count; lane++)
                largestSum = Math.Max(largestSum, most[lane]);
            return largestSum;
        }
    }

    /// <summary>Of each pair the sum of what is positive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Pairs(Vector256<sbyte> values)
    {
        Vector256<ushort> positive = Vector256.Max(values, Vector256<sbyte>.Zero).AsUInt16();
        return (positive & Vector256.Create((ushort)0xFF)) + (positive >>> 8);
    }

    /// <summary>A vector of transformed weights. Intermediate sums may wrap; the last one fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Sum(sbyte* taps, int[] plus, int[] minus)
    {
        Vector256<sbyte> sum = Vector256<sbyte>.Zero;
        foreach (int offset in plus)
            sum += Vector256.Load(taps + offset);
        foreach (int offset in minus)
            sum -= Vector256.Load(taps + offset);
        return sum;
    }

    /// <summary>Where the taps that a position adds, or subtracts, lie in a block; one that counts twice is there twice.</summary>
    private int[] Offsets(WinogradPosition position, int sign) =>
    [
        .. from tap in Enumerable.Range(0, Taps)
           from time in Enumerable.Range(0, Math.Max(0, sign * position.Weights[tap]))
           select tap * _groups * VectorBytes,
    ];

    /// <summary>A filter's channels, four at a time, a vector apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(ReadOnlySpan<sbyte> channels, Span<int> target)
    {
        int group = 0;
        foreach (int four in MemoryMarshal.Cast<sbyte, int>(channels))
            target[group++ * BlockOutputs] = four;
        if (channels.Length % AccumulationBounds.Group != 0)
        {
            ReadOnlySpan<sbyte> rest = channels[(group * AccumulationBounds.Group)..];
            rest.CopyTo(MemoryMarshal.Cast<int, sbyte>(target[(group * BlockOutputs)..]));
        }
    }
}

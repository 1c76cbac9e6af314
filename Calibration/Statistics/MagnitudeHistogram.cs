namespace BitKernelGen.Calibration.Statistics;

/// <summary>
/// A histogram of positive float32 numbers whose sums are exact integers, so that adding is associative to the last bit. A bin is
/// an interval of bit patterns: the octave of the largest number has 2^<see cref="Resolution"/> of them, each octave below half as
/// many, down to one; wherever an octave has several, all bins are equally wide. When a larger number comes, bins merge in
/// pairs: which bins there are depends on the largest number alone, never on the order.
/// </summary>
internal sealed class MagnitudeHistogram
{
    /// <summary>Octaves of float32, subnormal numbers being the first.</summary>
    public const int Octaves = 255;

    /// <summary>Bits of the significand that tell bins of the largest number's octave apart.</summary>
    public const int Resolution = 13;

    /// <summary>The most values: what is summed of each is below 2^23.</summary>
    public const long MostValues = 1L << 40;

    private const int FractionBits = 23;
    private const uint Implicit = 1u << FractionBits;
    private const uint Sign = 1u << 31;

    private int[] _start = [];
    private int[] _shift = [];
    private UInt128[] _squares = [];
    private long[] _counts = [];
    private ulong[] _rests = [];

    /// <summary>Values seen.</summary>
    public long Count { get; private set; }

    /// <summary>The octave of the largest value; −1 before the first.</summary>
    public int Top { get; private set; } = -1;

    /// <summary>For each octave the sum of squared significands, in units of its last place squared.</summary>
    public ReadOnlySpan<UInt128> Squares => _squares;

    /// <summary>Adds the numbers of one sign; others and zeros are passed over.</summary>
    /// <param name="values">Finite numbers.</param>
    /// <param name="largest">At least the largest magnitude among those of the sign.</param>
    /// <param name="negative">Whether negative numbers are meant.</param>
    public void Add(ReadOnlySpan<float> values, float largest, bool negative)
    {
        Cover((int)(BitConverter.SingleToUInt32Bits(largest) >> FractionBits));
        uint sign = negative ? Sign : 0;
        long count = 0;
        long[] counts = _counts;
        ulong[] rests = _rests;
        foreach (float value in values)
        {
            uint magnitude = BitConverter.SingleToUInt32Bits(value) ^ sign;
            if (magnitude - 1 >= Sign - 1)
                continue;
            uint octave = magnitude >> FractionBits, fraction = magnitude & (Implicit - 1);
            int shift = _shift[octave];
            int bin = _start[octave] + (int)(fraction >> shift);
            counts[bin]++;
            rests[bin] += fraction & ((1u << shift) - 1);
            ulong significand = octave == 0 ? fraction : fraction | Implicit;
            _squares[octave] += significand * significand;
            count++;
        }

        Count += count;
    }

    /// <summary>Adds all that another has seen.</summary>
    public void Add(MagnitudeHistogram other)
    {
        if (other.Count == 0)
            return;
        Cover(other.Top);
        other.CopyTo(this);
        for (int octave = 0; octave <= other.Top; octave++)
            _squares[octave] += other._squares[octave];
        Count += other.Count;
    }

    /// <summary>Whether everything is equal.</summary>
    public bool HasSame(MagnitudeHistogram other) =>
        (Count, Top) == (other.Count, other.Top)
        && _counts.AsSpan().SequenceEqual(other._counts)
        && _rests.AsSpan().SequenceEqual(other._rests)
        && _squares.AsSpan().SequenceEqual(other._squares);

    /// <summary>The sum of the squared values.</summary>
    public double Energy()
    {
        double energy = 0;
        for (int octave = 0; octave <= Top; octave++)
            energy += Math.ScaleB((double)_squares[octave], 2 * Exponent(octave));
        return energy;
    }

    /// <summary>The bins that hold something, the smallest numbers first.</summary>
    public IEnumerable<HistogramBin> Bins()
    {
        for (int octave = 0; octave <= Top; octave++)
        {
            for (int i = 0; i < BinsOf(octave); i++)
            {
                int bin = _start[octave] + i;
                if (_counts[bin] == 0)
                    continue;
                ulong low = ((ulong)i << _shift[octave]) + (octave == 0 ? 0 : Implicit), high = low + (1ul << _shift[octave]);
                UInt128 sum = ((UInt128)low * (ulong)_counts[bin]) + _rests[bin];
                int exponent = Exponent(octave);
                yield return new HistogramBin(
                    Math.ScaleB(low, exponent), Math.ScaleB(high, exponent), _counts[bin], Math.ScaleB((double)sum, exponent));
            }
        }
    }

    /// <summary>Hands over the bins in order: those that hold nothing too.</summary>
    public IEnumerable<(long Count, ulong Remainder)> RawBins() => _counts.Zip(_rests);

    /// <summary>A histogram of what a file holds.</summary>
    /// <param name="top">The octave of the largest value.</param>
    /// <param name="squares">As <see cref="Squares"/>.</param>
    /// <param name="bins">As <see cref="RawBins"/> gives them.</param>
    /// <exception cref="FormatException">No numbers have such bins and squares.</exception>
    public static MagnitudeHistogram Restore(int top, IReadOnlyList<UInt128> squares, Func<(long Count, ulong Remainder)> bins)
    {
        var histogram = new MagnitudeHistogram();
        histogram.Cover(top);
        for (int octave = 0; octave <= top; octave++)
        {
            histogram._squares[octave] = squares[octave];
            long count = 0;
            for (int bin = histogram._start[octave]; bin < histogram._start[octave] + histogram.BinsOf(octave); bin++)
            {
                (long values, ulong rest) = bins();
                bool isPossible = values is >= 0 and <= MostValues && rest <= (ulong)values * ((1ul << histogram._shift[octave]) - 1);
                if (!isPossible)
                    throw new FormatException($"a bin of {values} values can't have a remainder of {rest}.");
                (histogram._counts[bin], histogram._rests[bin]) = (values, rest);
                count += values;
            }

            // A significand is below 2^24; only one that is none has a square of 0.
            if (squares[octave] > ((UInt128)count << (2 * (FractionBits + 1))) || (count > 0 && squares[octave] == 0))
                throw new FormatException($"{count} values can't have the squares' sum {squares[octave]}.");
            histogram.Count += count;
        }

        for (int octave = top + 1; octave < Octaves; octave++)
        {
            if (squares[octave] != 0)
                throw new FormatException("there are squares of larger values than there are.");
        }

        int last = histogram._start[top];
        if (histogram.Count > MostValues || !histogram._counts.AsSpan(last, histogram.BinsOf(top)).ContainsAnyExcept(0))
            throw new FormatException("there are too many values, or none of the largest.");
        return histogram;
    }

    private static int Exponent(int octave) => Math.Max(octave, 1) - 127 - FractionBits;

    private int BinsOf(int octave) => 1 << (FractionBits - _shift[octave]);

    private void Cover(int octave)
    {
        if (octave <= Top)
            return;
        var wider = new MagnitudeHistogram { Top = octave, _start = new int[Octaves], _shift = new int[Octaves] };
        int bins = 0;
        for (int i = 0; i <= octave; i++)
        {
            int resolution = Math.Max(0, Resolution - (octave - i));
            wider._start[i] = bins;
            wider._shift[i] = FractionBits - resolution;
            bins += 1 << resolution;
        }

        wider._counts = new long[bins];
        wider._rests = new ulong[bins];
        CopyTo(wider);
        (_start, _shift, _counts, _rests, Top) = (wider._start, wider._shift, wider._counts, wider._rests, octave);
        if (_squares.Length == 0)
            _squares = new UInt128[Octaves];
    }

    /// <summary>Adds counts and sums to the bins of one that has as many octaves or more.</summary>
    private void CopyTo(MagnitudeHistogram wider)
    {
        for (int octave = 0; octave <= Top; octave++)
        {
            int merged = wider._shift[octave] - _shift[octave];
            for (int i = 0; i < BinsOf(octave); i++)
            {
                int from = _start[octave] + i, to = wider._start[octave] + (i >> merged);
                // What lies below the wider bin's edge now includes the bits that told the narrow bins apart.
                ulong below = ((ulong)i << _shift[octave]) & ((1ul << wider._shift[octave]) - 1);
                wider._counts[to] += _counts[from];
                wider._rests[to] += _rests[from] + (below * (ulong)_counts[from]);
            }
        }
    }
}

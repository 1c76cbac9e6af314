namespace BitKernelGen.Execution;

/// <summary>
/// An input's code where each channel has its own step or zero: <c>docs/arithmetic.md</c>, "Input and output". All is kept for
/// every element of a run that is a vector longer than a pixel, so that a vector may start at any channel.
/// </summary>
public sealed class ChannelCode
{
    private const int LongestVector = 16;

    /// <summary>Makes a code.</summary>
    /// <param name="reciprocals">What each channel is multiplied by, float32(gain / step).</param>
    /// <param name="zeros">The level of zero in each channel, as many.</param>
    /// <param name="maxLevel">The largest level, at most 255.</param>
    public ChannelCode(ReadOnlySpan<float> reciprocals, ReadOnlySpan<byte> zeros, int maxLevel)
    {
        Channels = reciprocals.Length;
        int length = Channels + LongestVector - 1;
        (Reciprocals, Lows, Highs, Zeros) = (new float[length], new float[length], new float[length], new int[length]);
        for (int i = 0; i < length; i++)
        {
            Reciprocals[i] = reciprocals[i % Channels];
            Zeros[i] = zeros[i % Channels];
            Lows[i] = -Zeros[i];
            Highs[i] = maxLevel - Zeros[i];
        }
    }

    /// <summary>Channels.</summary>
    internal int Channels { get; }

    internal float[] Reciprocals { get; }

    internal float[] Lows { get; }

    internal float[] Highs { get; }

    internal int[] Zeros { get; }
}

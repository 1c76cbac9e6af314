using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BitKernelGen.Execution;

/// <summary>Encodes a network's input into levels: <c>docs/arithmetic.md</c>, "Encode" and "Input and output".</summary>
public static unsafe class InputEncoder
{
    /// <summary>Encodes float32 values with even levels.</summary>
    /// <param name="source">The values.</param>
    /// <param name="target">Receives a level for each.</param>
    /// <param name="count">How many.</param>
    /// <param name="reciprocal">float32(1 / step).</param>
    /// <param name="zero">The level of zero.</param>
    /// <param name="maxLevel">The largest level.</param>
    /// <exception cref="ArgumentException">A value is a NaN.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(float* source, byte* target, int count, float reciprocal, int zero, int maxLevel)
    {
        float low = -zero, high = maxLevel - zero;
        int i = 0;
        if (Avx512BW.IsSupported)
        {
            Vector512<float> ordered = Vector512<float>.AllBitsSet;
            for (int last = count - Vector512<float>.Count; i <= last; i = Next(i, last, Vector512<float>.Count))
            {
                Vector512<float> x = Vector512.Load(source + i);
                ordered &= Vector512.Equals(x, x);
                Vector512<float> t = Vector512.MaxNative(x * reciprocal, Vector512.Create(low));
                t = Vector512.MinNative(t, Vector512.Create(high));
                Levels.Store(Levels.Round(t) + Vector512.Create(zero), target + i);
            }

            if (ordered.AsInt32() != Vector512<int>.AllBitsSet)
                ThrowNaN();
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Vector128<float> ordered = Vector128<float>.AllBitsSet;
            for (int last = count - Vector128<float>.Count; i <= last; i = Next(i, last, Vector128<float>.Count))
            {
                Vector128<float> x = Vector128.Load(source + i);
                ordered &= Vector128.Equals(x, x);
                Vector128<float> t = Vector128.MaxNative(x * reciprocal, Vector128.Create(low));
                t = Vector128.MinNative(t, Vector128.Create(high));
                Levels.Store(Levels.Round(t) + Vector128.Create(zero), target + i);
            }

            if (ordered.AsInt32() != Vector128<int>.AllBitsSet)
                ThrowNaN();
        }

        for (; i < count; i++)
        {
            RequireNumber(source[i]);
            target[i] = (byte)((int)MathF.Round(Math.Min(Math.Max(source[i] * reciprocal, low), high)) + zero);
        }
    }

    /// <summary>Encodes float32 values with levels that are not even.</summary>
    /// <param name="source">The values.</param>
    /// <param name="target">Receives a level for each.</param>
    /// <param name="count">How many.</param>
    /// <param name="reciprocal">float32(1 / step).</param>
    /// <param name="zero">The level of zero.</param>
    /// <param name="maxLevel">The largest level.</param>
    /// <param name="levelByHalfStep">The nearest level for every half step.</param>
    /// <exception cref="ArgumentException">A value is a NaN.</exception>
    public static void Encode(
        float* source, byte* target, int count, float reciprocal, int zero, int maxLevel, ReadOnlySpan<byte> levelByHalfStep)
    {
        float low = -zero, high = maxLevel - zero;
        for (int i = 0; i < count; i++)
        {
            RequireNumber(source[i]);
            float t = Math.Min(Math.Max(source[i] * reciprocal, low), high);
            target[i] = levelByHalfStep[(int)MathF.Ceiling(2 * t) + (2 * zero)];
        }
    }

    /// <summary>Encodes float32 values with even levels, each channel in its own way.</summary>
    /// <param name="source">Whole pixels, channels beside each other.</param>
    /// <param name="target">Receives a level for each value.</param>
    /// <param name="count">How many values.</param>
    /// <param name="code">The code.</param>
    /// <exception cref="ArgumentException">A value is a NaN.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(float* source, byte* target, int count, ChannelCode code)
    {
        int channels = code.Channels, i = 0;
        fixed (float* reciprocals = code.Reciprocals, lows = code.Lows, highs = code.Highs)
        fixed (int* zeros = code.Zeros)
        {
            if (Avx512BW.IsSupported)
            {
                Vector512<float> ordered = Vector512<float>.AllBitsSet;
                for (int last = count - Vector512<float>.Count; i <= last; i = Next(i, last, Vector512<float>.Count))
                {
                    int channel = i % channels;
                    Vector512<float> x = Vector512.Load(source + i);
                    ordered &= Vector512.Equals(x, x);
                    Vector512<float> t = Vector512.MaxNative(x * Vector512.Load(reciprocals + channel), Vector512.Load(lows + channel));
                    t = Vector512.MinNative(t, Vector512.Load(highs + channel));
                    Levels.Store(Levels.Round(t) + Vector512.Load(zeros + channel), target + i);
                }

                if (ordered.AsInt32() != Vector512<int>.AllBitsSet)
                    ThrowNaN();
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Vector128<float> ordered = Vector128<float>.AllBitsSet;
                for (int last = count - Vector128<float>.Count; i <= last; i = Next(i, last, Vector128<float>.Count))
                {
                    int channel = i % channels;
                    Vector128<float> x = Vector128.Load(source + i);
                    ordered &= Vector128.Equals(x, x);
                    Vector128<float> t = Vector128.MaxNative(x * Vector128.Load(reciprocals + channel), Vector128.Load(lows + channel));
                    t = Vector128.MinNative(t, Vector128.Load(highs + channel));
                    Levels.Store(Levels.Round(t) + Vector128.Load(zeros + channel), target + i);
                }

                if (ordered.AsInt32() != Vector128<int>.AllBitsSet)
                    ThrowNaN();
            }

            for (; i < count; i++)
                target[i] = Encode(source[i], code, i % channels);
        }
    }

    private static byte Encode(float x, ChannelCode code, int channel)
    {
        RequireNumber(x);
        return (byte)((int)MathF.Round(Math.Min(Math.Max(x * code.Reciprocals[channel], code.Lows[channel]), code.Highs[channel])) + code.Zeros[channel]);
    }

    /// <summary>Encodes raw bytes by table.</summary>
    /// <param name="source">Pixels, channels beside each other.</param>
    /// <param name="target">Receives a level for each.</param>
    /// <param name="pixels">How many pixels.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <param name="tables">256 levels for each channel.</param>
    public static void Encode(byte* source, byte* target, int pixels, int channels, ReadOnlySpan<byte> tables)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<byte> table = tables.Slice(channel * 256, 256);
            for (int i = channel; i < pixels * channels; i += channels)
                target[i] = table[source[i]];
        }
    }

    /// <summary>The tables for raw bytes: 256 levels for each channel.</summary>
    /// <param name="mean">Per-channel mean.</param>
    /// <param name="std">Per-channel standard deviation.</param>
    /// <param name="scale">What a byte is multiplied by first.</param>
    /// <param name="reciprocal">float32(1 / step).</param>
    /// <param name="zero">The level of zero.</param>
    /// <param name="maxLevel">The largest level.</param>
    /// <param name="levelByHalfStep">The nearest level for every half step; empty where the levels are even.</param>
    public static byte[] ByteTables(
        ReadOnlySpan<double> mean, ReadOnlySpan<double> std, double scale, float reciprocal, int zero, int maxLevel, ReadOnlySpan<byte> levelByHalfStep)
    {
        var tables = new byte[mean.Length * 256];
        for (int i = 0; i < tables.Length; i++)
        {
            float x = (float)((((i & 255) * scale) - mean[i / 256]) / std[i / 256]);
            fixed (byte* target = &tables[i])
            {
                if (levelByHalfStep.IsEmpty)
                    Encode(&x, target, 1, reciprocal, zero, maxLevel);
                else
                    Encode(&x, target, 1, reciprocal, zero, maxLevel, levelByHalfStep);
            }
        }

        return tables;
    }

    /// <summary>The tables for raw bytes where each channel is encoded in its own way: 256 levels for each channel.</summary>
    /// <param name="mean">Per-channel mean.</param>
    /// <param name="std">Per-channel standard deviation.</param>
    /// <param name="scale">What a byte is multiplied by first.</param>
    /// <param name="code">The code.</param>
    public static byte[] ByteTables(ReadOnlySpan<double> mean, ReadOnlySpan<double> std, double scale, ChannelCode code)
    {
        var tables = new byte[mean.Length * 256];
        for (int i = 0; i < tables.Length; i++)
        {
            int channel = i / 256;
            tables[i] = Encode((float)((((i & 255) * scale) - mean[channel]) / std[channel]), code, channel);
        }

        return tables;
    }

    /// <summary>The next vector's start: the last one overlaps the one before it, so that no elements are left over.</summary>
    private static int Next(int i, int last, int step) => i < last ? Math.Min(i + step, last) : last + step;

    private static void RequireNumber(float x)
    {
        if (float.IsNaN(x))
            ThrowNaN();
    }

    private static void ThrowNaN() => throw new ArgumentException("The input holds a NaN.", "input");
}

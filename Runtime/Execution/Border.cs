using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BitKernelGen.Execution;

/// <summary>The padding around a tensor's interior.</summary>
public static unsafe class Border
{
    /// <summary>
    /// Fills the padding of a height-width-channel buffer. The right padding of a row and the left padding of the next one lie
    /// beside each other, so one fill serves both.
    /// </summary>
    /// <param name="buffer">The first byte of the padded buffer.</param>
    /// <param name="value">The level of zero.</param>
    /// <param name="height">Rows of the interior.</param>
    /// <param name="rowBytes">Bytes of a row's interior.</param>
    /// <param name="top">Bytes before the first interior byte.</param>
    /// <param name="between">Bytes between the interiors of two rows.</param>
    /// <param name="bottom">Bytes after the last interior byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(byte* buffer, byte value, int height, int rowBytes, int top, int between, int bottom)
    {
        Vector512<byte> values = Vector512.Create(value);
        Fill(buffer, values, top);
        buffer += top + rowBytes;
        for (int row = 1; row < height; row++)
        {
            Fill(buffer, values, between);
            buffer += between + rowBytes;
        }

        Fill(buffer, values, bottom);
    }

    // A row's padding is a few bytes: a call to fill memory costs more than the stores. The last store overlaps the one before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(byte* target, Vector512<byte> values, int count)
    {
        if (count >= 64)
        {
            for (int i = 0; i < count - 64; i += 64)
                values.Store(target + i);
            values.Store(target + count - 64);
        }
        else if (count >= 32)
        {
            values.GetLower().Store(target);
            values.GetLower().Store(target + count - 32);
        }
        else if (count >= 16)
        {
            values.GetLower().GetLower().Store(target);
            values.GetLower().GetLower().Store(target + count - 16);
        }
        else if (count >= 4)
        {
            for (int i = 0; i < count - 4; i += 4)
                *(uint*)(target + i) = values.AsUInt32().ToScalar();
            *(uint*)(target + count - 4) = values.AsUInt32().ToScalar();
        }
        else
        {
            for (int i = 0; i < count; i++)
                target[i] = values.ToScalar();
        }
    }

    /// <summary>The same where each channel has its own level of zero; pixels lie densely, and all padding is whole pixels.</summary>
    /// <param name="buffer">The first byte of the padded buffer.</param>
    /// <param name="pixel">The level of zero in each channel.</param>
    /// <param name="height">Rows of the interior.</param>
    /// <param name="rowBytes">Bytes of a row's interior.</param>
    /// <param name="top">Bytes before the first interior byte.</param>
    /// <param name="between">Bytes between the interiors of two rows.</param>
    /// <param name="bottom">Bytes after the last interior byte.</param>
    public static void Fill(byte* buffer, ReadOnlySpan<byte> pixel, int height, int rowBytes, int top, int between, int bottom)
    {
        Repeat(pixel, new Span<byte>(buffer, top));
        buffer += top + rowBytes;
        for (int row = 1; row < height; row++)
        {
            Repeat(pixel, new Span<byte>(buffer, between));
            buffer += between + rowBytes;
        }

        Repeat(pixel, new Span<byte>(buffer, bottom));
    }

    private static void Repeat(ReadOnlySpan<byte> pixel, Span<byte> target)
    {
        if (target.IsEmpty)
            return;
        pixel.CopyTo(target);
        for (int filled = pixel.Length; filled < target.Length; filled *= 2)
            target[..Math.Min(filled, target.Length - filled)].CopyTo(target[filled..]);
    }
}

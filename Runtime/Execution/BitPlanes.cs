using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BitKernelGen.Execution;

/// <summary>Levels to the bit-planes of their codes, for products that keep them apart.</summary>
public static unsafe class BitPlanes
{
    /// <summary>Splits a row of levels.</summary>
    /// <param name="levels">The levels.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="bits">For each of 256 levels its planes: bit i belongs to plane i.</param>
    /// <param name="planes">Receives 0 or 1 for each level, in the first plane.</param>
    /// <param name="planeBytes">Bytes from one plane to the next.</param>
    /// <param name="planeCount">Planes, 1 to 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Split(byte* levels, int count, byte* bits, byte* planes, int planeBytes, int planeCount)
    {
        const int Together = 16;
        byte* found = stackalloc byte[Together];
        int i = 0;
        for (; i <= count - Together; i += Together)
        {
            for (int j = 0; j < Together; j++)
                found[j] = bits[levels[i + j]];
            Vector128<byte> all = Vector128.Load(found);
            for (int plane = 0; plane < planeCount; plane++)
                ((all >>> plane) & Vector128<byte>.One).Store(planes + (plane * planeBytes) + i);
        }

        for (; i < count; i++)
        {
            for (int plane = 0; plane < planeCount; plane++)
                planes[(plane * planeBytes) + i] = (byte)(bits[levels[i]] >> plane & 1);
        }
    }
}

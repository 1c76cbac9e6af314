using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BitKernelGen.Tool;
using BitKernelGen.Tool.Timing;

namespace BitKernelGen.Bench.Speed;

/// <summary>
/// How many products of 8 bits a processor's AVX2 units make in the time of one product in float32: what no kernel goes beyond, except
/// by making fewer products.
/// </summary>
internal static unsafe class Avx2Ceiling
{
    // A tile of 5 pixels by 16 outputs, 4 products each; its levels and weights stay in the first-level cache.
    private const int Groups = 64, Pixels = 5, PixelBytes = 4 * Groups, VectorBytes = 32, GroupBytes = 2 * VectorBytes;
    private const int LevelBytes = Pixels * PixelBytes, Bytes = LevelBytes + (Groups * GroupBytes), Rounds = 1000;

    /// <summary>Measures and prints two lines: multiply-adds alone, and with the additions and loads that a tile needs.</summary>
    public static void Print()
    {
        var memory = (byte*)NativeMemory.AlignedAlloc(Bytes, 64);
        new Span<byte>(memory, Bytes).Fill(1);
        try
        {
            IReadOnlyList<double> us = Contest.Measure(
                [() => Floats(Rounds), () => Products(Rounds), () => Tile(memory, memory + LevelBytes)],
                new Progress<StageProgress>()).MedianUs;
            double product = us[0] / (Rounds * 12 * 8);
            Console.WriteLine("Products of 8 bits in the time that a product takes float32's fused multiply-adds:");
            Console.WriteLine();
            Row("multiply-adds alone", us[1] / (Rounds * 10 * 32));
            Row("with the additions and loads of a tile, from the first-level cache", us[2] / (Groups * Pixels * 2 * 32));

            void Row(string what, double time) => Console.WriteLine(FormattableString.Invariant($"- {what}: {product / time:0.00}"));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>12 sums of 8 products in float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Floats(int count)
    {
        Vector256<float> x = Vector256.Create(0.5f), a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (; count > 0; count--)
        {
            a = Fma.MultiplyAdd(a, x, x);
            b = Fma.MultiplyAdd(b, x, x);
            c = Fma.MultiplyAdd(c, x, x);
            d = Fma.MultiplyAdd(d, x, x);
            e = Fma.MultiplyAdd(e, x, x);
            f = Fma.MultiplyAdd(f, x, x);
            g = Fma.MultiplyAdd(g, x, x);
            h = Fma.MultiplyAdd(h, x, x);
            i = Fma.MultiplyAdd(i, x, x);
            j = Fma.MultiplyAdd(j, x, x);
            k = Fma.MultiplyAdd(k, x, x);
            l = Fma.MultiplyAdd(l, x, x);
        }

        return (a + b + c + d + e + f + g + h + i + j + k + l)[0];
    }

    /// <summary>10 multiply-adds of 32 products, each of what the one before it made, so that none can be left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static short Products(int count)
    {
        Vector256<sbyte> w = Vector256<sbyte>.One;
        Vector256<short> a = Vector256<short>.One, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a;
        for (; count > 0; count--)
        {
            a = Avx2.MultiplyAddAdjacent(a.AsByte(), w);
            b = Avx2.MultiplyAddAdjacent(b.AsByte(), w);
            c = Avx2.MultiplyAddAdjacent(c.AsByte(), w);
            d = Avx2.MultiplyAddAdjacent(d.AsByte(), w);
            e = Avx2.MultiplyAddAdjacent(e.AsByte(), w);
            f = Avx2.MultiplyAddAdjacent(f.AsByte(), w);
            g = Avx2.MultiplyAddAdjacent(g.AsByte(), w);
            h = Avx2.MultiplyAddAdjacent(h.AsByte(), w);
            i = Avx2.MultiplyAddAdjacent(i.AsByte(), w);
            j = Avx2.MultiplyAddAdjacent(j.AsByte(), w);
        }

        return (a + b + c + d + e + f + g + h + i + j)[0];
    }

    /// <summary>The loop of the generated kernels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static short Tile(byte* levels, byte* weights)
    {
        Vector256<short> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Vector256<short> d0 = default, d1 = default, e0 = default, e1 = default, t0, t1;
        for (int i = 0; i < Groups; i++, levels += 4, weights += GroupBytes)
        {
            Vector256<sbyte> w0 = Vector256.Load((sbyte*)weights), w1 = Vector256.Load((sbyte*)weights + VectorBytes);
            Vector256<byte> x = Vector256.Create(*(int*)levels).AsByte();
            t0 = Avx2.MultiplyAddAdjacent(x, w0);
            t1 = Avx2.MultiplyAddAdjacent(x, w1);
            a0 += t0;
            a1 += t1;
            x = Vector256.Create(*(int*)(levels + PixelBytes)).AsByte();
            t0 = Avx2.MultiplyAddAdjacent(x, w0);
            t1 = Avx2.MultiplyAddAdjacent(x, w1);
            b0 += t0;
            b1 += t1;
            x = Vector256.Create(*(int*)(levels + (2 * PixelBytes))).AsByte();
            t0 = Avx2.MultiplyAddAdjacent(x, w0);
            t1 = Avx2.MultiplyAddAdjacent(x, w1);
            c0 += t0;
            c1 += t1;
            x = Vector256.Create(*(int*)(levels + (3 * PixelBytes))).AsByte();
            t0 = Avx2.MultiplyAddAdjacent(x, w0);
            t1 = Avx2.MultiplyAddAdjacent(x, w1);
            d0 += t0;
            d1 += t1;
            x = Vector256.Create(*(int*)(levels + (4 * PixelBytes))).AsByte();
            t0 = Avx2.MultiplyAddAdjacent(x, w0);
            t1 = Avx2.MultiplyAddAdjacent(x, w1);
            e0 += t0;
            e1 += t1;
        }

        return (a0 + a1 + b0 + b1 + c0 + c1 + d0 + d1 + e0 + e1)[0];
    }
}

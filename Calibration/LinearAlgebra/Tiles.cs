using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BitKernelGen.Calibration.LinearAlgebra;

/// <summary>
/// The inner loop of a matrix product: twelve rows by two vectors of sums in registers with 512-bit vectors; with 256-bit ones,
/// which are fewer, twice six rows.
/// </summary>
internal static unsafe class Tiles
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 12;

    /// <summary>Columns of a tile.</summary>
    public static int Columns<T>()
        where T : unmanaged => 2 * (Vector512.IsHardwareAccelerated ? Vector512<T>.Count : Vector256<T>.Count);

    /// <summary>c += a · b.</summary>
    /// <param name="a">[depth, <see cref="Rows"/>].</param>
    /// <param name="b">[depth, <see cref="Columns"/>].</param>
    /// <param name="c">[<see cref="Rows"/>, <see cref="Columns"/>].</param>
    /// <param name="stride">Elements from a row of c to the next.</param>
    /// <param name="depth">Terms of a sum.</param>
    public static void Accumulate<T>(T* a, T* b, T* c, int stride, int depth)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Accumulate512(a, b, c, stride, depth);
            return;
        }

        Accumulate256(a, b, c, stride, depth);
        Accumulate256(a + (Rows / 2), b, c + ((long)stride * Rows / 2), stride, depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate512<T>(T* a, T* b, T* c, int stride, int depth)
        where T : unmanaged
    {
        Vector512<T> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        Vector512<T> c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        Vector512<T> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
        Vector512<T> d6 = default, d7 = default, d8 = default, d9 = default, d10 = default, d11 = default;
        for (int k = 0; k < depth; k++, a += Rows, b += 2 * Vector512<T>.Count)
        {
            Vector512<T> left = Vector512.Load(b), right = Vector512.Load(b + Vector512<T>.Count);
            MultiplyAdd(a[0], left, right, ref c0, ref d0);
            MultiplyAdd(a[1], left, right, ref c1, ref d1);
            MultiplyAdd(a[2], left, right, ref c2, ref d2);
            MultiplyAdd(a[3], left, right, ref c3, ref d3);
            MultiplyAdd(a[4], left, right, ref c4, ref d4);
            MultiplyAdd(a[5], left, right, ref c5, ref d5);
            MultiplyAdd(a[6], left, right, ref c6, ref d6);
            MultiplyAdd(a[7], left, right, ref c7, ref d7);
            MultiplyAdd(a[8], left, right, ref c8, ref d8);
            MultiplyAdd(a[9], left, right, ref c9, ref d9);
            MultiplyAdd(a[10], left, right, ref c10, ref d10);
            MultiplyAdd(a[11], left, right, ref c11, ref d11);
        }

        long s = stride;
        AddTo(c, c0, d0);
        AddTo(c + s, c1, d1);
        AddTo(c + (2 * s), c2, d2);
        AddTo(c + (3 * s), c3, d3);
        AddTo(c + (4 * s), c4, d4);
        AddTo(c + (5 * s), c5, d5);
        AddTo(c + (6 * s), c6, d6);
        AddTo(c + (7 * s), c7, d7);
        AddTo(c + (8 * s), c8, d8);
        AddTo(c + (9 * s), c9, d9);
        AddTo(c + (10 * s), c10, d10);
        AddTo(c + (11 * s), c11, d11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate256<T>(T* a, T* b, T* c, int stride, int depth)
        where T : unmanaged
    {
        Vector256<T> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        Vector256<T> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
        for (int k = 0; k < depth; k++, a += Rows, b += 2 * Vector256<T>.Count)
        {
            Vector256<T> left = Vector256.Load(b), right = Vector256.Load(b + Vector256<T>.Count);
            MultiplyAdd(a[0], left, right, ref c0, ref d0);
            MultiplyAdd(a[1], left, right, ref c1, ref d1);
            MultiplyAdd(a[2], left, right, ref c2, ref d2);
            MultiplyAdd(a[3], left, right, ref c3, ref d3);
            MultiplyAdd(a[4], left, right, ref c4, ref d4);
            MultiplyAdd(a[5], left, right, ref c5, ref d5);
        }

        long s = stride;
        AddTo(c, c0, d0);
        AddTo(c + s, c1, d1);
        AddTo(c + (2 * s), c2, d2);
        AddTo(c + (3 * s), c3, d3);
        AddTo(c + (4 * s), c4, d4);
        AddTo(c + (5 * s), c5, d5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<T>(T x, Vector512<T> left, Vector512<T> right, ref Vector512<T> c, ref Vector512<T> d)
        where T : unmanaged
    {
        Vector512<T> factor = Vector512.Create(x);
        if (typeof(T) == typeof(float))
        {
            c = Vector512.FusedMultiplyAdd(factor.AsSingle(), left.AsSingle(), c.AsSingle()).As<float, T>();
            d = Vector512.FusedMultiplyAdd(factor.AsSingle(), right.AsSingle(), d.AsSingle()).As<float, T>();
        }
        else
        {
            c = Vector512.FusedMultiplyAdd(factor.AsDouble(), left.AsDouble(), c.AsDouble()).As<double, T>();
            d = Vector512.FusedMultiplyAdd(factor.AsDouble(), right.AsDouble(), d.AsDouble()).As<double, T>();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<T>(T x, Vector256<T> left, Vector256<T> right, ref Vector256<T> c, ref Vector256<T> d)
        where T : unmanaged
    {
        Vector256<T> factor = Vector256.Create(x);
        if (typeof(T) == typeof(float))
        {
            c = Vector256.MultiplyAddEstimate(factor.AsSingle(), left.AsSingle(), c.AsSingle()).As<float, T>();
            d = Vector256.MultiplyAddEstimate(factor.AsSingle(), right.AsSingle(), d.AsSingle()).As<float, T>();
        }
        else
        {
            c = Vector256.MultiplyAddEstimate(factor.AsDouble(), left.AsDouble(), c.AsDouble()).As<double, T>();
            d = Vector256.MultiplyAddEstimate(factor.AsDouble(), right.AsDouble(), d.AsDouble()).As<double, T>();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<T>(T* target, Vector512<T> left, Vector512<T> right)
        where T : unmanaged
    {
        (Vector512.Load(target) + left).Store(target);
        (Vector512.Load(target + Vector512<T>.Count) + right).Store(target + Vector512<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<T>(T* target, Vector256<T> left, Vector256<T> right)
        where T : unmanaged
    {
        (Vector256.Load(target) + left).Store(target);
        (Vector256.Load(target + Vector256<T>.Count) + right).Store(target + Vector256<T>.Count);
    }
}

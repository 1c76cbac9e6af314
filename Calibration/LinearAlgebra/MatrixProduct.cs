using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BitKernelGen.Calibration.LinearAlgebra;

/// <summary>
/// Float32 matrix products: panels of both factors are packed, and a tile of 6 × 16 sums stays in registers. The order of the
/// sums does not depend on the number of threads.
/// </summary>
public static unsafe class MatrixProduct
{
    private const int TileRows = 6;
    private const int TileColumns = 16;
    private const int Depth = 256;
    private const int BlockRows = 20 * TileRows;

    /// <summary>target += left · right.</summary>
    /// <param name="left">[m, k].</param>
    /// <param name="right">[k, n].</param>
    /// <param name="target">[m, n], rows following each other.</param>
    /// <param name="parallel">Whether blocks of rows may run on several threads.</param>
    public static void Accumulate(MatrixView left, MatrixView right, Span<float> target, bool parallel = false)
    {
        if (left.Columns != right.Rows || target.Length < (long)left.Rows * right.Columns)
            throw new ArgumentException("The shapes of the matrices do not fit.");
        int columns = right.Columns;
        int panels = (columns + TileColumns - 1) / TileColumns;
        float[] packedRight = ArrayPool<float>.Shared.Rent(panels * TileColumns * Math.Min(Depth, Math.Max(1, right.Rows)));
        using MemoryHandle leftHandle = left.Memory.Pin(), rightHandle = right.Memory.Pin();
        fixed (float* sums = target, packed = packedRight)
        {
            // Lambdas can't hold pointers to pinned locals.
            (nint a, nint b, nint c) = ((nint)leftHandle.Pointer, (nint)packed, (nint)sums);
            for (int from = 0; from < left.Columns; from += Depth)
            {
                int depth = Math.Min(Depth, left.Columns - from);
                Pack(
                    (float*)rightHandle.Pointer + ((long)from * right.RowStride), packed, columns, depth, right.ColumnStride, right.RowStride, TileColumns);
                int first = from, blocks = (left.Rows + BlockRows - 1) / BlockRows;
                void Block(int block)
                {
                    int row = block * BlockRows;
                    int rows = Math.Min(BlockRows, left.Rows - row);
                    Multiply(
                        (float*)a + ((long)row * left.RowStride) + ((long)first * left.ColumnStride), left.RowStride, left.ColumnStride,
                        (float*)b, (float*)c + ((long)row * columns), rows, columns, depth);
                }

                if (parallel && blocks > 1)
                    Parallel.For(0, blocks, Block);
                else
                    for (int block = 0; block < blocks; block++)
                        Block(block);
            }
        }

        ArrayPool<float>.Shared.Return(packedRight);
    }

    /// <summary>A block of rows: packs them and goes over the tiles.</summary>
    private static void Multiply(
        float* left, int rowStride, int columnStride, float* packedRight, float* sums, int rows, int columns, int depth)
    {
        float[] buffer = ArrayPool<float>.Shared.Rent((BlockRows * depth) + (TileRows * TileColumns));
        fixed (float* packedLeft = buffer)
        {
            float* edge = packedLeft + (BlockRows * depth);
            Pack(left, packedLeft, rows, depth, rowStride, columnStride, TileRows);
            for (int column = 0; column < columns; column += TileColumns)
            {
                float* right = packedRight + ((long)column * depth);
                for (int row = 0; row < rows; row += TileRows)
                {
                    float* a = packedLeft + (row * depth);
                    float* c = sums + ((long)row * columns) + column;
                    int height = Math.Min(TileRows, rows - row), width = Math.Min(TileColumns, columns - column);
                    if (height == TileRows && width == TileColumns)
                    {
                        Tile(a, right, c, columns, depth);
                        continue;
                    }

                    new Span<float>(edge, TileRows * TileColumns).Clear();
                    Tile(a, right, edge, TileColumns, depth);
                    for (int i = 0; i < height; i++)
                    {
                        for (int j = 0; j < width; j++)
                            c[((long)i * columns) + j] += edge[(i * TileColumns) + j];
                    }
                }
            }
        }

        ArrayPool<float>.Shared.Return(buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(float* a, float* b, float* c, int stride, int depth)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        for (int k = 0; k < depth; k++, a += TileRows, b += TileColumns)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a[0]);
            c00 = Vector256.MultiplyAddEstimate(x, b0, c00);
            c01 = Vector256.MultiplyAddEstimate(x, b1, c01);
            x = Vector256.Create(a[1]);
            c10 = Vector256.MultiplyAddEstimate(x, b0, c10);
            c11 = Vector256.MultiplyAddEstimate(x, b1, c11);
            x = Vector256.Create(a[2]);
            c20 = Vector256.MultiplyAddEstimate(x, b0, c20);
            c21 = Vector256.MultiplyAddEstimate(x, b1, c21);
            x = Vector256.Create(a[3]);
            c30 = Vector256.MultiplyAddEstimate(x, b0, c30);
            c31 = Vector256.MultiplyAddEstimate(x, b1, c31);
            x = Vector256.Create(a[4]);
            c40 = Vector256.MultiplyAddEstimate(x, b0, c40);
            c41 = Vector256.MultiplyAddEstimate(x, b1, c41);
            x = Vector256.Create(a[5]);
            c50 = Vector256.MultiplyAddEstimate(x, b0, c50);
            c51 = Vector256.MultiplyAddEstimate(x, b1, c51);
        }

        AddTo(c, c00, c01);
        AddTo(c + stride, c10, c11);
        AddTo(c + (2L * stride), c20, c21);
        AddTo(c + (3L * stride), c30, c31);
        AddTo(c + (4L * stride), c40, c41);
        AddTo(c + (5L * stride), c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* target, Vector256<float> low, Vector256<float> high)
    {
        (Vector256.Load(target) + low).Store(target);
        (Vector256.Load(target + 8) + high).Store(target + 8);
    }

    /// <summary>Panels of <paramref name="width"/> lines, the lines of a panel beside each other at every depth; zeros after the last line.</summary>
    private static void Pack(float* source, float* target, int lines, int depth, int lineStride, int depthStride, int width)
    {
        for (int line = 0; line < lines; line += width)
        {
            int count = Math.Min(width, lines - line);
            float* panel = source + ((long)line * lineStride);
            for (int k = 0; k < depth; k++, target += width)
            {
                float* at = panel + ((long)k * depthStride);
                for (int i = 0; i < count; i++)
                    target[i] = at[(long)i * lineStride];
                for (int i = count; i < width; i++)
                    target[i] = 0;
            }
        }
    }
}

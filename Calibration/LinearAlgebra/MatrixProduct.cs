using System.Buffers;
using System.Numerics;

namespace BitKernelGen.Calibration.LinearAlgebra;

/// <summary>
/// Matrix products of float32 or float64: panels of both factors are packed, and a tile of sums stays in registers. The order of
/// the sums does not depend on the number of threads.
/// </summary>
public static unsafe class MatrixProduct
{
    private const int Depth = 256;
    private const int BlockRows = 120;

    /// <summary>target += left · right.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="left">[m, k].</param>
    /// <param name="right">[k, n].</param>
    /// <param name="target">[m, n], the elements of a row beside each other.</param>
    /// <param name="parallel">Whether blocks of rows may run on several threads.</param>
    /// <param name="subtract">Whether the product is subtracted instead.</param>
    /// <param name="lower">Whether only the target's lower triangle is wanted; of the rest nothing is defined.</param>
    public static void Accumulate<T>(
        MatrixView<T> left, MatrixView<T> right, MatrixView<T> target, bool parallel = false, bool subtract = false, bool lower = false)
        where T : unmanaged, INumberBase<T>
    {
        if (left.Columns != right.Rows || target.Rows != left.Rows || target.Columns != right.Columns || target.ColumnStride != 1)
            throw new ArgumentException("The shapes of the matrices do not fit.");
        if (left.Rows == 0 || right.Columns == 0)
            return;
        int tileRows = Tiles.Rows, tileColumns = Tiles.Columns<T>(), columns = right.Columns;
        int panels = (columns + tileColumns - 1) / tileColumns;
        int length = panels * tileColumns * Math.Min(Depth, Math.Max(1, right.Rows));
        T[] packed = ArrayPool<T>.Shared.Rent(length);
        using MemoryHandle a = left.Memory.Pin(), b = right.Memory.Pin(), c = target.Memory.Pin(), p = packed.AsMemory().Pin();
        // Lambdas can't hold pointers.
        (nint from, nint to, nint panel) = ((nint)a.Pointer, (nint)c.Pointer, (nint)p.Pointer);
        for (int first = 0; first < left.Columns; first += Depth)
        {
            int depth = Math.Min(Depth, left.Columns - first), at = first, blocks = (left.Rows + BlockRows - 1) / BlockRows;
            Pack((T*)b.Pointer + ((long)first * right.RowStride), (T*)panel, columns, depth, right.ColumnStride, right.RowStride, tileColumns, false);
            void Block(int index)
            {
                // The last blocks of a lower triangle are the longest: they begin.
                int block = lower ? blocks - 1 - index : index, row = block * BlockRows, rows = Math.Min(BlockRows, left.Rows - row);
                T* source = (T*)from + ((long)row * left.RowStride) + ((long)at * left.ColumnStride);
                T[] buffer = ArrayPool<T>.Shared.Rent((BlockRows * depth) + (tileRows * tileColumns));
                fixed (T* packedLeft = buffer)
                {
                    Pack(source, packedLeft, rows, depth, left.RowStride, left.ColumnStride, tileRows, subtract);
                    Multiply(
                        packedLeft, (T*)panel, (T*)to + ((long)row * target.RowStride), packedLeft + (BlockRows * depth),
                        rows, lower ? Math.Min(columns, row + rows) : columns, depth, target.RowStride);
                }

                ArrayPool<T>.Shared.Return(buffer);
            }

            if (parallel && blocks > 1)
                Parallel.For(0, blocks, Block);
            else
                for (int index = 0; index < blocks; index++)
                    Block(index);
        }

        ArrayPool<T>.Shared.Return(packed);
    }

    /// <summary>Goes over the tiles of a block of rows.</summary>
    private static void Multiply<T>(T* left, T* right, T* sums, T* edge, int rows, int columns, int depth, int stride)
        where T : unmanaged, INumberBase<T>
    {
        int tileRows = Tiles.Rows, tileColumns = Tiles.Columns<T>();
        for (int column = 0; column < columns; column += tileColumns)
        {
            T* b = right + ((long)column * depth);
            for (int row = 0; row < rows; row += tileRows)
            {
                T* a = left + (row * depth), c = sums + ((long)row * stride) + column;
                int height = Math.Min(tileRows, rows - row), width = Math.Min(tileColumns, columns - column);
                if (height == tileRows && width == tileColumns)
                {
                    Tiles.Accumulate(a, b, c, stride, depth);
                    continue;
                }

                new Span<T>(edge, tileRows * tileColumns).Clear();
                Tiles.Accumulate(a, b, edge, tileColumns, depth);
                for (int i = 0; i < height; i++)
                {
                    for (int j = 0; j < width; j++)
                        c[((long)i * stride) + j] += edge[(i * tileColumns) + j];
                }
            }
        }
    }

    /// <summary>Panels of <paramref name="width"/> lines, the lines of a panel beside each other at every depth; zeros after the last line.</summary>
    private static void Pack<T>(T* source, T* target, int lines, int depth, int lineStride, int depthStride, int width, bool negate)
        where T : unmanaged, INumberBase<T>
    {
        for (int line = 0; line < lines; line += width)
        {
            int count = Math.Min(width, lines - line);
            T* panel = source + ((long)line * lineStride);
            for (int k = 0; k < depth; k++, target += width)
            {
                T* at = panel + ((long)k * depthStride);
                if (lineStride == 1)
                {
                    new ReadOnlySpan<T>(at, count).CopyTo(new Span<T>(target, count));
                }
                else
                {
                    for (int i = 0; i < count; i++)
                        target[i] = at[(long)i * lineStride];
                }

                for (int i = count; i < width; i++)
                    target[i] = T.Zero;
                for (int i = 0; negate && i < count; i++)
                    target[i] = -target[i];
            }
        }
    }
}

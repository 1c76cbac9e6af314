namespace BitKernelGen.Calibration.LinearAlgebra;

/// <summary>Elements in memory, seen as a matrix: transposing exchanges the strides.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Memory">Where they are.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="RowStride">Elements from one row to the next.</param>
/// <param name="ColumnStride">Elements from one column to the next.</param>
public readonly record struct MatrixView<T>(Memory<T> Memory, int Rows, int Columns, int RowStride, int ColumnStride)
    where T : unmanaged
{
    /// <summary>A matrix whose rows follow each other.</summary>
    public MatrixView(Memory<T> memory, int rows, int columns)
        : this(memory, rows, columns, columns, 1)
    {
    }

    /// <summary>The same elements, rows and columns exchanged.</summary>
    public MatrixView<T> Transposed => new(Memory, Columns, Rows, ColumnStride, RowStride);

    /// <summary>A part of the matrix, which shares its elements.</summary>
    public MatrixView<T> Part(int row, int rows, int column, int columns) =>
        new(Memory[((row * RowStride) + (column * ColumnStride))..], rows, columns, RowStride, ColumnStride);
}

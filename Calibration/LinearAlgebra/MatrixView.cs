namespace BitKernelGen.Calibration.LinearAlgebra;

/// <summary>Float32 elements in memory, seen as a matrix: transposing exchanges the strides.</summary>
/// <param name="Memory">Where they are.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="RowStride">Elements from one row to the next.</param>
/// <param name="ColumnStride">Elements from one column to the next.</param>
public readonly record struct MatrixView(ReadOnlyMemory<float> Memory, int Rows, int Columns, int RowStride, int ColumnStride)
{
    /// <summary>A matrix whose rows follow each other.</summary>
    public MatrixView(ReadOnlyMemory<float> memory, int rows, int columns)
        : this(memory, rows, columns, columns, 1)
    {
    }

    /// <summary>The same elements, rows and columns exchanged.</summary>
    public MatrixView Transposed => new(Memory, Columns, Rows, ColumnStride, RowStride);
}

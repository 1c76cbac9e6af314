using System.Numerics.Tensors;

namespace BitKernelGen.Calibration.LinearAlgebra;

/// <summary>
/// The upper triangular U with A⁻¹ = UᵀU of a symmetric positive definite A: what error-compensated rounding walks along, and
/// what solves for A.
/// </summary>
public sealed class InverseFactor
{
    private readonly double[] _upper;

    private InverseFactor(double[] upper, int size) => (_upper, Size) = (upper, size);

    /// <summary>Rows and columns.</summary>
    public int Size { get; }

    /// <summary>A row of U; entries before the diagonal are zero.</summary>
    public ReadOnlySpan<double> Row(int row) => _upper.AsSpan(row * Size, Size);

    /// <summary>Factors a matrix; false where it is not positive definite.</summary>
    /// <param name="matrix">[size, size], symmetric.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="factor">The factor.</param>
    public static bool TryCreate(ReadOnlySpan<double> matrix, int size, out InverseFactor? factor)
    {
        factor = null;
        // Reversed in both directions, A is L·Lᵀ; reversed back, L⁻¹ is U: A = R·Rᵀ with R upper triangular and U = R⁻¹.
        var lower = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
                lower[(i * size) + j] = matrix[((size - 1 - i) * size) + (size - 1 - j)];
        }

        if (!Cholesky(lower, size))
            return false;
        double[] inverse = InvertLower(lower, size);
        Array.Reverse(inverse);
        factor = new InverseFactor(inverse, size);
        return true;
    }

    /// <summary>right · A⁻¹, row by row in place.</summary>
    /// <param name="right">[rows, size].</param>
    /// <param name="rows">Rows of it.</param>
    public void SolveRight(double[] right, int rows)
    {
        Parallel.For(0, rows, row =>
        {
            Span<double> x = right.AsSpan(row * Size, Size);
            var projected = new double[Size];
            for (int i = 0; i < Size; i++)
                projected[i] = TensorPrimitives.Dot(Row(i)[i..], x[i..]);
            x.Clear();
            for (int i = 0; i < Size; i++)
                TensorPrimitives.MultiplyAdd(Row(i)[i..], projected[i], x[i..], x[i..]);
        });
    }

    private static bool Cholesky(double[] matrix, int size)
    {
        for (int j = 0; j < size; j++)
        {
            ReadOnlySpan<double> pivotRow = matrix.AsSpan(j * size, j);
            double pivot = matrix[(j * size) + j] - TensorPrimitives.Dot(pivotRow, pivotRow);
            if (!(pivot > 0))
                return false;
            double diagonal = Math.Sqrt(pivot);
            matrix[(j * size) + j] = diagonal;
            int column = j;
            void Row(int i)
            {
                Span<double> row = matrix.AsSpan(i * size, size);
                row[column] = (row[column] - TensorPrimitives.Dot<double>(row[..column], matrix.AsSpan(column * size, column))) / diagonal;
            }

            const int WorthThreads = 1 << 17;
            if ((size - j) * j > WorthThreads)
                Parallel.For(j + 1, size, Row);
            else
                for (int i = j + 1; i < size; i++)
                    Row(i);
        }

        return true;
    }

    private static double[] InvertLower(double[] lower, int size)
    {
        var inverse = new double[size * size];
        const int Block = 256;
        Parallel.For(0, (size + Block - 1) / Block, block =>
        {
            int from = block * Block, to = Math.Min(size, from + Block);
            for (int i = from; i < size; i++)
            {
                Span<double> target = inverse.AsSpan((i * size) + from, Math.Min(to, i + 1) - from);
                for (int k = from; k < i; k++)
                {
                    int width = Math.Min(to, k + 1) - from;
                    TensorPrimitives.MultiplyAdd(
                        inverse.AsSpan((k * size) + from, width), -lower[(i * size) + k], target[..width], target[..width]);
                }

                if (i < to)
                    target[i - from] = 1;
                TensorPrimitives.Divide(target, lower[(i * size) + i], target);
            }
        });
        return inverse;
    }
}

namespace BitKernelGen.Calibration.LinearAlgebra;

/// <summary>
/// The upper triangular U with A⁻¹ = UᵀU of a symmetric positive definite A: what error-compensated rounding walks along, and
/// what solves for A.
/// </summary>
public sealed class InverseFactor
{
    // Below this size a matrix is factored element by element; above it in halves, whose products do the work.
    private const int SmallSize = 48;

    private readonly double[] _upper;

    private InverseFactor(double[] upper, int size) => (_upper, Size) = (upper, size);

    /// <summary>Rows and columns.</summary>
    public int Size { get; }

    /// <summary>U, [size, size]; entries before the diagonal are zero.</summary>
    public MatrixView<double> Upper => new(_upper, Size, Size);

    /// <summary>A row of U.</summary>
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
        for (int i = 0; i < lower.Length; i++)
            lower[i] = matrix[lower.Length - 1 - i];
        var inverse = new double[size * size];
        if (!TryFactor(new MatrixView<double>(lower, size, size), new MatrixView<double>(inverse, size, size)))
            return false;
        Array.Reverse(inverse);
        factor = new InverseFactor(inverse, size);
        return true;
    }

    /// <summary>right · A⁻¹.</summary>
    /// <param name="right">[rows, size].</param>
    /// <param name="rows">Rows of it.</param>
    public double[] SolveRight(double[] right, int rows)
    {
        double[] projected = new double[right.Length], solved = new double[right.Length];
        var between = new MatrixView<double>(projected, rows, Size);
        MatrixProduct.Accumulate(new MatrixView<double>(right, rows, Size), Upper.Transposed, between, parallel: true);
        MatrixProduct.Accumulate(between, Upper, new MatrixView<double>(solved, rows, Size), parallel: true);
        return solved;
    }

    /// <summary>Replaces the lower triangle by L with A = L·Lᵀ, and writes L⁻¹ into a matrix of zeros.</summary>
    private static bool TryFactor(MatrixView<double> matrix, MatrixView<double> inverse)
    {
        int size = matrix.Rows;
        if (size <= SmallSize)
            return TryFactorSmall(matrix, inverse);
        int half = size / 2, rest = size - half;
        MatrixView<double> below = matrix.Part(half, rest, 0, half), corner = matrix.Part(half, rest, half, rest);
        MatrixView<double> firstInverse = inverse.Part(0, half, 0, half), lastInverse = inverse.Part(half, rest, half, rest);
        if (!TryFactor(matrix.Part(0, half, 0, half), firstInverse))
            return false;
        var solved = new MatrixView<double>(new double[rest * half], rest, half);
        MatrixProduct.Accumulate(below, firstInverse.Transposed, solved, parallel: true);
        MatrixProduct.Accumulate(solved, solved.Transposed, corner, parallel: true, subtract: true, lower: true);
        if (!TryFactor(corner, lastInverse))
            return false;
        var product = new MatrixView<double>(new double[rest * half], rest, half);
        MatrixProduct.Accumulate(solved, firstInverse, product, parallel: true);
        MatrixProduct.Accumulate(lastInverse, product, inverse.Part(half, rest, 0, half), parallel: true, subtract: true);
        return true;
    }

    private static bool TryFactorSmall(MatrixView<double> matrix, MatrixView<double> inverse)
    {
        Span<double> a = matrix.Memory.Span, x = inverse.Memory.Span;
        int size = matrix.Rows, stride = matrix.RowStride;
        for (int j = 0; j < size; j++)
        {
            for (int i = j; i < size; i++)
            {
                double sum = a[(i * stride) + j];
                for (int k = 0; k < j; k++)
                    sum -= a[(i * stride) + k] * a[(j * stride) + k];
                if (i == j && !(sum > 0))
                    return false;
                a[(i * stride) + j] = i == j ? Math.Sqrt(sum) : sum / a[(j * stride) + j];
            }
        }

        for (int j = 0; j < size; j++)
        {
            for (int i = j; i < size; i++)
            {
                double sum = i == j ? 1 : 0;
                for (int k = j; k < i; k++)
                    sum -= a[(i * stride) + k] * x[(k * stride) + j];
                x[(i * stride) + j] = sum / a[(i * stride) + i];
            }
        }

        return true;
    }
}

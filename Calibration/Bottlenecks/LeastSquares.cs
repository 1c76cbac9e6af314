namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>Non-negative least squares on the Gram matrix of at most eight bits, also with a penalty on the sum (the Lasso).</summary>
internal static class LeastSquares
{
    private const int MostSweeps = 2000;
    private const double Enough = 1e-12;

    /// <summary>Minimises ½ αᵀGα − hᵀα + λ Σα over α ≥ 0 by coordinate descent, which converges as the problem is convex.</summary>
    /// <param name="gram">G, [n, n].</param>
    /// <param name="products">h, [n].</param>
    /// <param name="penalty">λ.</param>
    /// <param name="coefficients">α: where to begin, and the result.</param>
    public static void NonNegative(ReadOnlySpan<double> gram, ReadOnlySpan<double> products, double penalty, Span<double> coefficients)
    {
        int n = coefficients.Length;
        if (penalty == 0 && TryUnconstrained(gram, products, coefficients))
            return;
        double scale = 0;
        for (int i = 0; i < n; i++)
            scale = Math.Max(scale, gram[(i * n) + i] > 0 ? Math.Abs(products[i]) / gram[(i * n) + i] : 0);
        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            double moved = 0;
            for (int i = 0; i < n; i++)
            {
                double diagonal = gram[(i * n) + i], rest = products[i] - penalty;
                for (int j = 0; j < n; j++)
                    rest -= j == i ? 0 : gram[(i * n) + j] * coefficients[j];
                double next = diagonal > 0 ? Math.Max(0, rest / diagonal) : 0;
                moved = Math.Max(moved, Math.Abs(next - coefficients[i]));
                coefficients[i] = next;
            }

            if (moved <= Enough * scale)
                return;
        }
    }

    /// <summary>By elimination; false where the matrix is singular or a coefficient would not be above zero.</summary>
    private static bool TryUnconstrained(ReadOnlySpan<double> gram, ReadOnlySpan<double> products, Span<double> coefficients)
    {
        int n = coefficients.Length;
        Span<double> factor = stackalloc double[n * n];
        Span<double> solution = stackalloc double[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = gram[(i * n) + j];
                for (int k = 0; k < j; k++)
                    sum -= factor[(i * n) + k] * factor[(j * n) + k];
                if (i == j && sum <= 1e-12 * gram[(i * n) + i])
                    return false;
                factor[(i * n) + j] = i == j ? Math.Sqrt(sum) : sum / factor[(j * n) + j];
            }
        }

        for (int i = 0; i < n; i++)
        {
            double sum = products[i];
            for (int k = 0; k < i; k++)
                sum -= factor[(i * n) + k] * solution[k];
            solution[i] = sum / factor[(i * n) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double sum = solution[i];
            for (int k = i + 1; k < n; k++)
                sum -= factor[(k * n) + i] * solution[k];
            solution[i] = sum / factor[(i * n) + i];
            if (!(solution[i] > 0))
                return false;
        }

        solution.CopyTo(coefficients);
        return true;
    }
}

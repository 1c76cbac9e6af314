using BitKernelGen.Calibration.LinearAlgebra;

namespace BitKernelGen.Calibration.Tests;

public class LinearAlgebraTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(6, 16, 256)]
    [InlineData(7, 17, 257)]
    [InlineData(125, 33, 600)]
    [InlineData(250, 5, 3)]
    public void AProductIsTheSumOfProducts(int rows, int columns, int depth)
    {
        float[] left = Random(rows * depth, 1), right = Random(depth * columns, 2);
        var expected = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int k = 0; k < depth; k++)
                    expected[(i * columns) + j] += (double)left[(i * depth) + k] * right[(k * columns) + j];
            }
        }

        float[]? first = null;
        foreach (bool parallel in (bool[])[false, true])
        {
            var product = new float[rows * columns];
            MatrixProduct.Accumulate(
                new MatrixView<float>(left, rows, depth),
                new MatrixView<float>(right, depth, columns),
                new MatrixView<float>(product, rows, columns),
                parallel);

            Assert.All(product.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4 * Math.Sqrt(depth)));
            // To the last bit, however many threads there are.
            Assert.Equal(first ??= product, product);
        }
    }

    [Fact]
    public void ATransposedViewIsTheTranspose()
    {
        const int Rows = 40, Columns = 30;
        float[] matrix = Random(Rows * Columns, 1);
        var view = new MatrixView<float>(matrix, Rows, Columns);
        var gram = new float[Columns * Columns];

        MatrixProduct.Accumulate(view.Transposed, view, new MatrixView<float>(gram, Columns, Columns));

        for (int i = 0; i < Columns; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                double sum = Enumerable.Range(0, Rows).Sum(row => (double)matrix[(row * Columns) + i] * matrix[(row * Columns) + j]);
                Assert.Equal(sum, gram[(i * Columns) + j], 1e-4);
            }
        }
    }

    [Fact]
    public void ALowerTriangleOfDoublesIsSubtractedInPlace()
    {
        const int Size = 157, Depth = 300, Stride = 200, First = 3;
        double[] factor = [.. Random(Size * Depth, 1).Select(x => (double)x)], target = [.. Random(Stride * Stride, 2).Select(x => (double)x)];
        var view = new MatrixView<double>(factor, Size, Depth);
        MatrixView<double> whole = new(target, Stride, Stride), part = whole.Part(First, Size, First, Size);
        double[] expected = [.. target];

        MatrixProduct.Accumulate(view, view.Transposed, part, parallel: true, subtract: true, lower: true);

        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = Enumerable.Range(0, Depth).Sum(k => factor[(i * Depth) + k] * factor[(j * Depth) + k]);
                int at = ((First + i) * Stride) + First + j;
                Assert.Equal(expected[at] - sum, target[at], 1e-11);
            }
        }

        // Around the part nothing changed.
        Assert.Equal(expected[..(First * Stride)], target[..(First * Stride)]);
        Assert.Equal(expected[((First + Size) * Stride)..], target[((First + Size) * Stride)..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(300)]
    public void TheInverseFactorInverts(int size)
    {
        double[] matrix = PositiveDefinite(size);

        Assert.True(InverseFactor.TryCreate(matrix, size, out InverseFactor? factor));

        double[] identity = factor!.SolveRight(matrix, size);
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                Assert.Equal(i == j ? 1 : 0, identity[(i * size) + j], 1e-8);
                if (j < i)
                    Assert.Equal(0, factor.Row(i)[j]);
            }
        }
    }

    [Fact]
    public void AMatrixThatIsNotPositiveDefiniteIsRefused() =>
        Assert.False(InverseFactor.TryCreate([1, 2, 2, 1], 2, out _));

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    private static double[] PositiveDefinite(int size)
    {
        float[] factor = Random(size * size, 3);
        var matrix = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                for (int k = 0; k < size; k++)
                    matrix[(i * size) + j] += (double)factor[(i * size) + k] * factor[(j * size) + k];
            }

            matrix[(i * size) + i] += 1;
        }

        return matrix;
    }
}

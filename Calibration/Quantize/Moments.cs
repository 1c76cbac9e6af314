using System.Numerics.Tensors;
using BitKernelGen.Calibration.LinearAlgebra;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// First and second moments of columns that enter a product (quantized) and of what shall come out (float): all that least
/// squares needs. They add.
/// </summary>
internal sealed class Moments(int inputs, int outputs)
{
    private readonly double[] _inputSum = new double[inputs];
    private readonly double[] _targetSum = new double[outputs];
    private readonly double[] _inputProducts = new double[inputs * inputs];
    private readonly double[] _crossProducts = new double[outputs * inputs];
    private readonly double[] _targetSquares = new double[outputs];

    public int Inputs => inputs;

    public int Outputs => outputs;

    /// <summary>Columns seen.</summary>
    public int Count { get; private set; }

    /// <summary>Adds columns.</summary>
    /// <param name="columns">[n, inputs].</param>
    /// <param name="targets">[n, outputs].</param>
    public void Add(MatrixView columns, MatrixView targets)
    {
        Accumulate(columns.Transposed, columns, _inputProducts);
        Accumulate(targets.Transposed, columns, _crossProducts);
        AddSums(columns, _inputSum, null);
        AddSums(targets, _targetSum, _targetSquares);
        Count += columns.Rows;
    }

    /// <summary>The sum of two.</summary>
    public static Moments operator +(Moments first, Moments second)
    {
        var sum = new Moments(first.Inputs, first.Outputs) { Count = first.Count + second.Count };
        TensorPrimitives.Add(first._inputSum, second._inputSum, sum._inputSum);
        TensorPrimitives.Add(first._targetSum, second._targetSum, sum._targetSum);
        TensorPrimitives.Add(first._inputProducts, second._inputProducts, sum._inputProducts);
        TensorPrimitives.Add(first._crossProducts, second._crossProducts, sum._crossProducts);
        TensorPrimitives.Add(first._targetSquares, second._targetSquares, sum._targetSquares);
        return sum;
    }

    /// <summary>The covariance of the inputs, [inputs, inputs].</summary>
    public double[] InputCovariance() => Centred(_inputProducts, _inputSum);

    /// <summary>The covariance of targets and inputs, [outputs, inputs].</summary>
    public double[] CrossCovariance() => Centred(_crossProducts, _targetSum);

    /// <summary>The bias with which weights meet the targets' mean.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    public float[] Bias(float[] weights)
    {
        var bias = new float[outputs];
        for (int o = 0; o < outputs; o++)
            bias[o] = (float)MeanError(weights, o);
        return bias;
    }

    /// <summary>The mean squared error, over columns, that weights and bias leave, summed over the outputs.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    public double SquaredError(float[] weights, float[] bias)
    {
        double[] covariance = InputCovariance(), cross = CrossCovariance();
        var errors = new double[outputs];
        Parallel.For(0, outputs, o =>
        {
            double[] row = Array.ConvertAll(weights[(o * inputs)..((o + 1) * inputs)], weight => (double)weight);
            double mean = _targetSum[o] / Count, error = (_targetSquares[o] / Count) - (mean * mean);
            for (int i = 0; i < inputs; i++)
                error += row[i] * (TensorPrimitives.Dot<double>(row, covariance.AsSpan(i * inputs, inputs)) - (2 * cross[(o * inputs) + i]));
            double offset = MeanError(weights, o) - bias[o];
            errors[o] = error + (offset * offset);
        });
        return errors.Sum();
    }

    private double MeanError(float[] weights, int output)
    {
        double sum = _targetSum[output];
        for (int i = 0; i < inputs; i++)
            sum -= weights[(output * inputs) + i] * _inputSum[i];
        return sum / Count;
    }

    private double[] Centred(double[] products, double[] rowSums)
    {
        var centred = new double[products.Length];
        for (int row = 0; row < rowSums.Length; row++)
        {
            double mean = rowSums[row] / Count;
            for (int i = 0; i < inputs; i++)
                centred[(row * inputs) + i] = (products[(row * inputs) + i] - (mean * _inputSum[i])) / Count;
        }

        return centred;
    }

    private static void Accumulate(MatrixView left, MatrixView right, double[] sums)
    {
        var products = new float[sums.Length];
        MatrixProduct.Accumulate(left, right, products, parallel: true);
        for (int i = 0; i < products.Length; i++)
            sums[i] += products[i];
    }

    private static void AddSums(MatrixView matrix, double[] sums, double[]? squares)
    {
        ReadOnlySpan<float> elements = matrix.Memory.Span;
        for (int row = 0; row < matrix.Rows; row++)
        {
            for (int column = 0; column < matrix.Columns; column++)
            {
                double x = elements[(row * matrix.RowStride) + (column * matrix.ColumnStride)];
                sums[column] += x;
                if (squares is not null)
                    squares[column] += x * x;
            }
        }
    }
}

using System.Numerics.Tensors;
using BitKernelGen.Calibration.LinearAlgebra;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// First and second moments of columns that enter a product (quantized) and of what shall come out (float): all that least
/// squares needs. They add.
/// </summary>
internal sealed class Moments
{
    private readonly double[] _inputSum;
    private readonly double[] _targetSum;
    private readonly double[] _inputProducts;
    private readonly double[] _crossProducts;
    private readonly double[] _targetSquares;

    public Moments(int inputs, int outputs)
        : this(new double[inputs], new double[inputs * inputs], outputs)
    {
    }

    private Moments(double[] inputSum, double[] inputProducts, int outputs)
    {
        (_inputSum, _inputProducts, Inputs, Outputs) = (inputSum, inputProducts, inputSum.Length, outputs);
        _targetSum = new double[outputs];
        _targetSquares = new double[outputs];
        _crossProducts = new double[outputs * Inputs];
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Columns seen.</summary>
    public int Count { get; private set; }

    /// <summary>Adds columns.</summary>
    /// <param name="columns">[n, inputs].</param>
    /// <param name="targets">[n, outputs].</param>
    public void Add(MatrixView<float> columns, MatrixView<float> targets)
    {
        var products = new MatrixView<float>(new float[Inputs * Inputs], Inputs, Inputs);
        MatrixProduct.Accumulate(columns.Transposed, columns, products, parallel: true, lower: true);
        for (int row = 0; row < Inputs; row++)
        {
            ReadOnlySpan<float> values = products.Memory.Span.Slice(row * Inputs, row + 1);
            for (int i = 0; i < values.Length; i++)
                _inputProducts[(row * Inputs) + i] += values[i];
        }

        AddSums(columns, _inputSum, null);
        AddTargets(columns, targets);
        Count += columns.Rows;
    }

    /// <summary>The same columns with no targets yet: <see cref="AddTargets"/> adds them.</summary>
    public Moments WithoutTargets() => new(_inputSum, _inputProducts, Outputs) { Count = Count };

    /// <summary>Adds targets of columns that have been counted already.</summary>
    /// <param name="columns">[n, inputs].</param>
    /// <param name="targets">[n, outputs].</param>
    public void AddTargets(MatrixView<float> columns, MatrixView<float> targets)
    {
        var products = new float[_crossProducts.Length];
        MatrixProduct.Accumulate(targets.Transposed, columns, new MatrixView<float>(products, Outputs, Inputs), parallel: true);
        for (int i = 0; i < products.Length; i++)
            _crossProducts[i] += products[i];
        AddSums(targets, _targetSum, _targetSquares);
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
    public double[] InputCovariance()
    {
        var covariance = new double[_inputProducts.Length];
        for (int row = 0; row < Inputs; row++)
        {
            double mean = _inputSum[row] / Count;
            for (int i = 0; i <= row; i++)
            {
                double value = (_inputProducts[(row * Inputs) + i] - (mean * _inputSum[i])) / Count;
                covariance[(row * Inputs) + i] = covariance[(i * Inputs) + row] = value;
            }
        }

        return covariance;
    }

    /// <summary>The covariance of targets and inputs, [outputs, inputs].</summary>
    public double[] CrossCovariance()
    {
        var covariance = new double[_crossProducts.Length];
        for (int row = 0; row < Outputs; row++)
        {
            double mean = _targetSum[row] / Count;
            for (int i = 0; i < Inputs; i++)
                covariance[(row * Inputs) + i] = (_crossProducts[(row * Inputs) + i] - (mean * _inputSum[i])) / Count;
        }

        return covariance;
    }

    /// <summary>The bias with which weights meet the targets' mean.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    public float[] Bias(ReadOnlySpan<float> weights)
    {
        var bias = new float[Outputs];
        for (int o = 0; o < Outputs; o++)
            bias[o] = (float)MeanError(weights, o);
        return bias;
    }

    /// <summary>The mean squared error, over columns, that weights and bias leave, for each output.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    public double[] SquaredErrors(float[] weights, float[] bias)
    {
        double[] exact = Array.ConvertAll(weights, weight => (double)weight), cross = CrossCovariance();
        var product = new double[weights.Length];
        MatrixProduct.Accumulate(
            new MatrixView<double>(exact, Outputs, Inputs),
            new MatrixView<double>(InputCovariance(), Inputs, Inputs),
            new MatrixView<double>(product, Outputs, Inputs),
            parallel: true);
        var errors = new double[Outputs];
        for (int o = 0; o < Outputs; o++)
        {
            double mean = _targetSum[o] / Count, error = (_targetSquares[o] / Count) - (mean * mean);
            for (int i = o * Inputs; i < (o + 1) * Inputs; i++)
                error += exact[i] * (product[i] - (2 * cross[i]));
            double offset = MeanError(weights, o) - bias[o];
            errors[o] = error + (offset * offset);
        }

        return errors;
    }

    private double MeanError(ReadOnlySpan<float> weights, int output)
    {
        double sum = _targetSum[output];
        for (int i = 0; i < Inputs; i++)
            sum -= weights[(output * Inputs) + i] * _inputSum[i];
        return sum / Count;
    }

    private static void AddSums(MatrixView<float> matrix, double[] sums, double[]? squares)
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

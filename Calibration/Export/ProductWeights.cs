using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Export;

/// <summary>
/// A layer's weights as int8 with a scale for each output, and its bias as int32 in units of the accumulator, input step · scale.
/// <para>
/// Every output's weights are multiplied, and its scale divided, by a power of two: no product changes, but the unit that the bias is
/// rounded to becomes as fine as 8 bits allow. Weights of 1 to 7 bits gain by it, and outputs whose weights are small.
/// </para>
/// </summary>
internal sealed class ProductWeights
{
    /// <summary>
    /// On processors without dot products ONNX Runtime adds two products of bytes in 16 bits, saturating: weights are not
    /// multiplied beyond what that holds.
    /// </summary>
    private const int LargestPair = short.MaxValue;

    /// <summary>So much finer than a weight's unit can a bias become where no weight limits it.</summary>
    private const int MostShift = 24;

    /// <summary>Units below this are not made: they would leave float32's normal numbers.</summary>
    private const double SmallestUnit = 1e-30;

    /// <summary>A product rounded to float32, and a margin of a bit.</summary>
    private const double FloatRounding = 1.0 / (1 << 22);

    private ProductWeights(int outputs)
    {
        Scale = new float[outputs];
        Bias = new int[outputs];
        BiasScale = new float[outputs];
        Values = [];
    }

    /// <summary>The weights, [outputs, inputs].</summary>
    public sbyte[] Values { get; private init; }

    /// <summary>Whether every bias is a multiple of the unit, but for float32's rounding.</summary>
    public bool IsBiasExact { get; private set; } = true;

    /// <summary>The value of a weight's unit, for each output.</summary>
    public float[] Scale { get; }

    /// <summary>The bias in units of the accumulator.</summary>
    public int[] Bias { get; }

    /// <summary>The accumulator's unit, for each output.</summary>
    public float[] BiasScale { get; }

    /// <summary>Converts a layer's weights.</summary>
    /// <param name="layer">The weights as the file has them.</param>
    /// <param name="input">The input's code.</param>
    public static ProductWeights Of(QuantizedLayer layer, EvenCode input)
    {
        var weights = new ProductWeights(layer.Outputs) { Values = new sbyte[layer.Values.Length] };
        for (int o = 0; o < layer.Outputs; o++)
        {
            ReadOnlySpan<sbyte> filter = layer.Values.AsSpan(o * layer.Inputs, layer.Inputs);
            int shift = ShiftOf(filter, input, layer.Scale[o], layer.Bias[o]);
            double factor = Math.ScaleB(1, shift);
            weights.Scale[o] = (float)(layer.Scale[o] / factor);
            weights.BiasScale[o] = input.Step * weights.Scale[o];
            double bias = layer.Bias[o] / (double)weights.BiasScale[o];
            weights.Bias[o] = (int)Math.Round(bias);
            weights.IsBiasExact &= Math.Abs(bias - weights.Bias[o]) <= FloatRounding * Math.Abs(bias);
            for (int i = 0; i < filter.Length; i++)
                weights.Values[(o * layer.Inputs) + i] = (sbyte)Math.Round(filter[i] * factor);
        }

        return weights;
    }

    /// <summary>The multiple of the accumulator's unit that is nearest to a bias, for each output.</summary>
    /// <param name="weights">Weights, scale and bias.</param>
    /// <param name="input">The input's code.</param>
    public static float[] NearestBias(LayerWeights weights, EvenCode input) =>
    [
        .. weights.Bias.Select((bias, o) =>
        {
            ReadOnlySpan<sbyte> filter = weights.Values.AsSpan(o * weights.Inputs, weights.Inputs);
            float scale = (float)Math.ScaleB(weights.Scale[o], -ShiftOf(filter, input, weights.Scale[o], bias));
            double unit = input.Step * scale;
            return (float)(Math.Round(bias / unit) * unit);
        }),
    ];

    /// <summary>
    /// The power of two that an output's weights are multiplied by. It is below 0, and rounds weights, only where the bias is 2³¹ times
    /// the accumulator's unit: there the products hardly show in the sum.
    /// </summary>
    private static int ShiftOf(ReadOnlySpan<sbyte> filter, EvenCode input, float scale, float bias)
    {
        int largest = 0;
        long sum = 0;
        foreach (sbyte weight in filter)
        {
            largest = Math.Max(largest, Math.Abs((int)weight));
            sum += Math.Abs((int)weight);
        }

        int shift = MostShift;
        if (largest > 0)
        {
            int limit = Math.Min(sbyte.MaxValue, LargestPair / (2 * input.Largest));
            shift = Math.Max(0, (int)Math.Floor(Math.Log2((double)limit / largest)));
        }

        double unit = (double)input.Step * scale;
        double most = (sum * (double)input.Largest) + (Math.Abs(bias) / unit);
        while (most * Math.ScaleB(1, shift) > int.MaxValue || unit * Math.ScaleB(1, -shift) < SmallestUnit)
            shift--;
        return shift;
    }
}

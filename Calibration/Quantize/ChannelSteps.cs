using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Steps of a code by channel, which cost nothing at run time: a tensor's channels are divided by what their activations need,
/// producers' weights with them, and consumers' weights multiplied by as much. The network computes what it did, and channels
/// of little activity use more of the levels. In depthwise stacks this is cross-layer equalisation (Nagel et al. 2019).
/// </summary>
internal static class ChannelSteps
{
    // Statistics of channels settle soon.
    private const int MostSamples = 128;
    private const double LargestFactor = 16;
    // Values other than zero that half of what a channel shows is believed of: a channel seen little may do more elsewhere.
    private const double HalfTrusted = 32;

    /// <summary>Whether options want it: codes by the paper's recipe and given coefficients or statistics are of the model's own tensors.</summary>
    public static bool Apply(QuantizeOptions options) =>
        options is { Rounding: RoundingMethod.Sequential, Method: CodeMethod.Exact, Coefficients: null, Statistics: null }
        && options.Recipe.ChannelSteps > 0;

    /// <summary>Rewrites a network's weights; all but the scale of channels inside stays the same.</summary>
    /// <param name="network">The network.</param>
    /// <param name="samples">Inputs, height-width-channel order.</param>
    /// <param name="plan">Which tensors get codes.</param>
    /// <param name="strength">From 0, which changes nothing, to 1, which gives all channels of a tensor the same spread.</param>
    public static FloatNetwork Equalise(FloatNetwork network, IReadOnlyList<float[]> samples, CodePlan plan, double strength)
    {
        FloatLayer[] coded = [.. network.Layers.Where((_, i) => plan.Layers[i].CodeBits is not null)];
        if (coded.Length == 0 || strength == 0)
            return network;
        var classes = new ChannelClasses(network);
        (double[][] spreads, double[][] trust) = Spreads(network, [.. samples.Take(MostSamples)], coded);
        double[] logs = new double[classes.Count], counts = new double[classes.Count];
        for (int i = 0; i < coded.Length; i++)
        {
            double[] positive = [.. spreads[i].Where(spread => spread > 0)];
            double mean = positive.Length == 0 ? 0 : positive.Average(Math.Log);
            for (int channel = 0; channel < spreads[i].Length; channel++)
            {
                if (spreads[i][channel] > 0 && classes.Of(coded[i].Spec.Name, channel) is { } index)
                {
                    logs[index] += trust[i][channel] * (Math.Log(spreads[i][channel]) - mean);
                    counts[index]++;
                }
            }
        }

        float FactorOf(string tensor, int channel) => classes.Of(tensor, channel) is { } index && counts[index] > 0
            ? (float)Math.Clamp(Math.Exp(strength * logs[index] / counts[index]), 1 / LargestFactor, LargestFactor)
            : 1;
        float[] FactorsOf(string tensor) =>
            [.. Enumerable.Range(0, Shape.Of(network, tensor).Channels).Select(channel => FactorOf(tensor, channel))];
        return network with
        {
            Layers = [.. network.Layers.Select(layer => Rescale(layer, FactorsOf(layer.Spec.Inputs[0]), FactorsOf(layer.Spec.Name)))],
        };
    }

    private static FloatLayer Rescale(FloatLayer layer, float[] input, float[] output)
    {
        float[] weights = [.. layer.Weights], bias = [.. layer.Bias];
        int size = bias.Length == 0 ? 0 : weights.Length / bias.Length;
        bool depthwise = layer.Spec.Op == LayerOp.Depthwise;
        for (int o = 0; o < bias.Length; o++)
        {
            for (int i = 0; i < size; i++)
                weights[(o * size) + i] = (float)((double)weights[(o * size) + i] * input[depthwise ? o : i % input.Length] / output[o]);
            bias[o] /= output[o];
        }

        float[] before = layer.ChannelScale;
        return layer with
        {
            Weights = weights,
            Bias = bias,
            ChannelScale = before.Length == 0 ? output : [.. before.Zip(output, (a, b) => a * b)],
        };
    }

    /// <summary>√(Σx⁴ / Σx²) of each channel: how large its values are, no matter how many are zero; and how far that is settled, 0 to 1.</summary>
    private static (double[][] Spreads, double[][] Trust) Spreads(FloatNetwork network, float[][] samples, FloatLayer[] layers)
    {
        double[][] squares = [.. layers.Select(layer => new double[layer.Channels])];
        double[][] fourths = [.. layers.Select(layer => new double[layer.Channels])];
        double[][] counts = [.. layers.Select(layer => new double[layer.Channels])];
        string[] names = [.. layers.Select(layer => layer.OnnxOutput)];
        using var runner = new FloatRunner(network, names);
        foreach (float[][] batch in samples.Chunk(runner.BatchSize))
        {
            runner.Run(batch, (tensor, values) =>
            {
                int pixels = layers[tensor].Height * layers[tensor].Width, channels = layers[tensor].Channels;
                for (int i = 0; i < values.Length; i++)
                {
                    int channel = i / pixels % channels;
                    double square = (double)values[i] * values[i];
                    squares[tensor][channel] += square;
                    fourths[tensor][channel] += square * square;
                    counts[tensor][channel] += square > 0 ? 1 : 0;
                }
            });
        }

        for (int i = 0; i < layers.Length; i++)
        {
            for (int channel = 0; channel < squares[i].Length; channel++)
            {
                double scale = layers[i].ChannelScale is { Length: > 0 } before ? before[channel] : 1;
                squares[i][channel] = squares[i][channel] > 0 ? Math.Sqrt(fourths[i][channel] / squares[i][channel]) / scale : 0;
                counts[i][channel] /= counts[i][channel] + HalfTrusted;
            }
        }

        return (squares, counts);
    }
}

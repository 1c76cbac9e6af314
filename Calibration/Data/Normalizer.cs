using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Data;

/// <summary>Turns samples into the network's input. Floats are that already; raw bytes are normalised.</summary>
public static class Normalizer
{
    /// <summary>Makes a normalisation for a number of channels, a single value holding for all of them.</summary>
    /// <param name="channels">The input's channels.</param>
    /// <param name="mean">Mean, one or one for each channel; null is 0.</param>
    /// <param name="std">Standard deviation, one or one for each channel, above 0; null is 1.</param>
    /// <param name="scale">What a byte is multiplied by first, above 0.</param>
    /// <exception cref="ArgumentException">There are neither one value nor as many as channels, or one is out of range.</exception>
    public static InputNormalization Create(
        int channels, IReadOnlyList<double>? mean = null, IReadOnlyList<double>? std = null, double scale = 1.0 / byte.MaxValue)
    {
        var normalization = new InputNormalization(Expand("mean", mean ?? [0]), Expand("std", std ?? [1]), scale);
        return normalization.Std.All(value => value > 0) && double.IsFinite(scale) && scale > 0
            ? normalization
            : throw new ArgumentException("Scale and standard deviations must be above 0.");

        double[] Expand(string name, IReadOnlyList<double> values)
        {
            if (values.Count != 1 && values.Count != channels)
                throw new ArgumentException($"There are {values.Count} numbers for {name}; the input has {channels} channels.");
            if (!values.All(double.IsFinite))
                throw new ArgumentException($"A number for {name} is not finite.");
            return [.. Enumerable.Range(0, channels).Select(channel => values[values.Count == 1 ? 0 : channel])];
        }
    }

    /// <summary>A profile's normalisation; mean 0 and standard deviation 1 where it has none.</summary>
    /// <param name="input">The profile's input.</param>
    /// <param name="channels">The input's channels.</param>
    public static InputNormalization Of(InputSpec input, int channels) => input.Mean.Count == 0
        ? Create(channels, scale: input.Scale)
        : Create(channels, [.. input.Mean], [.. input.Std], input.Scale);

    /// <summary>A sample as the network's input, height-width-channel.</summary>
    public static float[] Apply(this InputNormalization normalization, Sample sample)
    {
        if (sample.Floats is { } floats)
            return floats;
        byte[] bytes = sample.Bytes!;
        var values = new float[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            int channel = i % normalization.Mean.Count;
            values[i] = (float)(((bytes[i] * normalization.Scale) - normalization.Mean[channel]) / normalization.Std[channel]);
        }

        return values;
    }
}

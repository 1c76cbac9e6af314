using BitKernelGen.Calibration.Reference;

namespace BitKernelGen.Calibration.Tests.Export;

/// <summary>How the outputs of an exported model agree with the reference executor's, sample by sample.</summary>
/// <param name="Samples">How many there are.</param>
/// <param name="SameLargest">How many have their largest output at the same place, or one within the tolerance of it.</param>
/// <param name="Close">How many have every output within the tolerance.</param>
/// <param name="Signal">Σ reference².</param>
/// <param name="Noise">Σ difference².</param>
internal sealed record Agreement(int Samples, int SameLargest, int Close, double Signal, double Noise)
{
    /// <summary>
    /// What the order of float32 operations may do to an output, as a part of the sample's largest: a sum of n products has a relative
    /// error of up to n · 2⁻²⁴, and networks here sum up to some hundred.
    /// </summary>
    private const float Tolerance = 1e-5f;

    public static Agreement None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>Noise in dB below the signal.</summary>
    public double Decibels => 10 * Math.Log10(Signal / Noise);

    public static Agreement operator +(Agreement a, Agreement b) =>
        new(a.Samples + b.Samples, a.SameLargest + b.SameLargest, a.Close + b.Close, a.Signal + b.Signal, a.Noise + b.Noise);

    public static Agreement Of(ReferenceExecutor reference, ExportedModel model, float[][] inputs)
    {
        var expected = new float[inputs.Length][];
        Parallel.For(0, inputs.Length, i => expected[i] = reference.Run(inputs[i]));
        float[][] actual = model.Run(inputs);
        return Enumerable.Range(0, inputs.Length).Select(i => Of(expected[i], actual[i])).Aggregate(None, (a, b) => a + b);
    }

    private static Agreement Of(float[] expected, float[] actual)
    {
        float tolerance = Tolerance * expected.Max(MathF.Abs);
        bool isSame = expected[Array.IndexOf(actual, actual.Max())] >= expected.Max() - tolerance;
        double[] differences = [.. expected.Zip(actual, (e, a) => Math.Abs((double)e - a))];
        return new Agreement(
            1, isSame ? 1 : 0, differences.All(difference => difference <= tolerance) ? 1 : 0, expected.Sum(e => (double)e * e), differences.Sum(d => d * d));
    }
}

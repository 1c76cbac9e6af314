using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Bottlenecks;

/// <summary>A code on a tensor and the error that it makes: the paper's bitwise bottleneck.</summary>
/// <param name="Spec">The code.</param>
/// <param name="Distortion">The mean squared error of its values.</param>
/// <param name="PsnrDb">The squared range of the tensor's values over that error, in decibels; infinite without error.</param>
/// <param name="SqnrDb">Their mean square over that error, in decibels; infinite without error.</param>
public sealed record Bottleneck(CodeSpec Spec, double Distortion, double PsnrDb, double SqnrDb)
{
    /// <summary>Measures a code on a histogram.</summary>
    /// <param name="spec">The code; real-valued coefficients count as products read them.</param>
    /// <param name="values">The tensor's values.</param>
    public static Bottleneck Of(CodeSpec spec, CumulativeHistogram values)
    {
        Code code = Code.Of(spec);
        double[] points = [.. code.Levels().Select(code.ProductValueOf).Order()];
        return Of(spec, values, values.Distortion(points));
    }

    internal static Bottleneck Of(CodeSpec spec, CumulativeHistogram values, double distortion)
    {
        double range = values.High - values.Low;
        return new Bottleneck(spec, distortion, Decibels(range * range, distortion), Decibels(values.Mean(values.Energy), distortion));
    }

    private static double Decibels(double signal, double noise) => noise > 0 ? 10 * Math.Log10(signal / noise) : double.PositiveInfinity;
}

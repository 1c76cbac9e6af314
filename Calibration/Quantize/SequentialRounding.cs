using BitKernelGen.Calibration.LinearAlgebra;
using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// A layer's weights on its quantized inputs: least squares to the float layer's output, which undoes the error made before this
/// layer, then error-compensated rounding.
/// </summary>
internal static class SequentialRounding
{
    /// <summary>Beyond this many inputs the covariance is too large to factor, and weights are rounded to the nearest.</summary>
    public const int MostInputs = 8192;

    // Ridge in units of the covariance's mean diagonal; more where columns are few beside the unknowns.
    private const double Damping = 0.02;
    private const double ColumnsPerInput = 8;
    private const double Factor = 4;

    /// <summary>Rounds a layer's weights.</summary>
    /// <param name="weights">[outputs, …].</param>
    /// <param name="bits">Bits of a weight.</param>
    /// <param name="samples">Columns.</param>
    /// <param name="recipe">What to do.</param>
    public static LayerWeights Round(float[] weights, int bits, LayerSamples samples, Recipe recipe)
    {
        (Moments[] Seen, Moments[] HeldBack) moments = samples.Gather();
        int groups = moments.Seen.Length, size = weights.Length / groups;
        float[][] parts = [.. Enumerable.Range(0, groups).Select(group => weights[(group * size)..((group + 1) * size)])];
        double[] ridges = new double[groups];
        float[][] fitted = parts;
        Moments[] all = [.. moments.Seen.Zip(moments.HeldBack, (a, b) => a + b)];
        for (int group = 0; group < groups; group++)
            ridges[group] = Ridge(parts[group], moments.Seen[group], moments.HeldBack[group], recipe);
        if (recipe.Target)
        {
            fitted = Fit(parts, all, ridges);
            for (int round = 0; round < recipe.Aims; round++)
            {
                float[] flat = [.. fitted.SelectMany(part => part)];
                float[] bias = [.. all.SelectMany((m, group) => m.Bias(fitted[group]))];
                moments = samples.Retarget(moments, flat, bias);
                all = [.. moments.Seen.Zip(moments.HeldBack, (a, b) => a + b)];
                fitted = Fit(parts, all, ridges);
            }
        }

        LayerWeights[] rounded = [.. Enumerable.Range(0, groups).Select(group => Round(fitted[group], bits, all[group], ridges[group], recipe))];
        return new LayerWeights(
            bits,
            [.. rounded.SelectMany(part => part.Values)],
            [.. rounded.SelectMany(part => part.Scale)],
            [.. rounded.SelectMany(part => part.Bias)]);
    }

    private static float[][] Fit(float[][] parts, Moments[] moments, double[] ridges) =>
        [.. parts.Select((part, group) => Fit(part, moments[group], ridges[group]))];

    /// <summary>Least squares to the targets, drawn towards the float weights by a ridge.</summary>
    private static float[] Fit(float[] weights, Moments moments, double share)
    {
        if (double.IsInfinity(share))
            return weights;
        double[] covariance = Damped(moments, share, out double ridge);
        if (!InverseFactor.TryCreate(covariance, moments.Inputs, out InverseFactor? factor))
            return weights;
        double[] target = moments.CrossCovariance();
        for (int i = 0; i < target.Length; i++)
            target[i] += ridge * weights[i];
        return Array.ConvertAll(factor!.SolveRight(target, moments.Outputs), weight => (float)weight);
    }

    /// <summary>The ridge that predicts held-back columns best; infinite where the float weights do.</summary>
    private static double Ridge(float[] weights, Moments seen, Moments heldBack, Recipe recipe)
    {
        double share = Damping * Math.Max(1, ColumnsPerInput * seen.Inputs / (seen.Count + heldBack.Count));
        if (!recipe.Target || heldBack.Count == 0)
            return share;
        double Error(double candidate)
        {
            float[] fitted = Fit(weights, seen, candidate);
            return heldBack.SquaredErrors(fitted, seen.Bias(fitted)).Sum();
        }

        double error = Error(share), plain = Error(double.PositiveInfinity);
        foreach (double factor in (ReadOnlySpan<double>)[1 / Factor, Factor])
        {
            while (share is > 1e-4 and < 10)
            {
                double other = Error(share * factor);
                if (other >= error)
                    break;
                (share, error) = (share * factor, other);
            }
        }

        return plain <= error ? double.PositiveInfinity : share;
    }

    private static LayerWeights Round(float[] weights, int bits, Moments moments, double share, Recipe recipe)
    {
        int inputs = moments.Inputs, outputs = moments.Outputs;
        if (double.IsInfinity(share))
            share = Damping * Math.Max(1, ColumnsPerInput * inputs / moments.Count);
        LayerWeights nearest = WeightQuantizer.Quantize(weights, new float[outputs], bits);
        LayerWeights rounded = recipe.Compensation ? Compensated(weights, nearest, Damped(moments, share, out _), recipe) : nearest;
        return rounded with { Bias = moments.Bias(rounded.Dequantize()) };
    }

    /// <summary>For each output the better of compensated and plain rounding; coarse weights are then improved one by one.</summary>
    internal static LayerWeights Compensated(float[] weights, LayerWeights nearest, double[] covariance, Recipe recipe)
    {
        double[] exact = Array.ConvertAll(weights, weight => (double)weight);
        if (!CompensatedRounding.TryRound(exact, nearest.Scale, covariance, nearest.Bits, out sbyte[] values))
            return nearest;
        float[] scale = [.. nearest.Scale];
        var rows = new RoundedRows(exact, covariance, nearest.Bits);
        rows.TakeBetter(values, scale, nearest.Values, nearest.Scale);
        if (nearest.Bits <= recipe.DescentBits)
            rows.Descend(values, scale);
        return nearest with { Values = values, Scale = scale };
    }

    private static double[] Damped(Moments moments, double share, out double ridge)
    {
        double[] covariance = moments.InputCovariance();
        int inputs = moments.Inputs;
        double trace = 0;
        for (int i = 0; i < inputs; i++)
            trace += covariance[(i * inputs) + i];
        ridge = share * trace / inputs;
        for (int i = 0; i < inputs; i++)
            covariance[(i * inputs) + i] += ridge;
        return covariance;
    }
}

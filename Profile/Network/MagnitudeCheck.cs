using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Profiles;

/// <summary>
/// Whether values stay within float32: sums and products of infinities would be no numbers, for which machines differ. Layers with
/// weights are held to 2⁵⁰ when the weights are loaded.
/// </summary>
internal static class MagnitudeCheck
{
    private static readonly double Weighted = Math.Pow(2, 50), Slopes = Math.Pow(2, 30), Most = Math.Pow(2, 100);

    public static void Check(Network network, List<ResolutionIssue> issues)
    {
        var bounds = new double[network.Tensors.Count];
        bounds[0] = Coded(network.Tensors[0]) ?? Most;
        foreach (Layer layer in network.Layers)
        {
            double bound = Of(layer, [.. layer.Inputs.Select(input => bounds[input])]);
            bounds[layer.Output] = Coded(network.Tensors[layer.Output]) ?? bound;
            if (Math.Max(bound, bounds[layer.Output]) <= Most)
                continue;
            new Reporter(issues, layer.Index, $"Layer '{layer.Spec.Name}'").Report(
                "BKG012", "name", "its values may reach beyond 2¹⁰⁰, too near to the limit of float32.");
            bounds[layer.Output] = 1;
        }
    }

    /// <summary>What a code's values are not beyond, for those that read it as numbers; null for float32.</summary>
    private static double? Coded(Tensor tensor) => tensor.SumCode is { } code ? (double)code.MaxLevel * code.Step : null;

    private static double Of(Layer layer, double[] inputs) => Activated(layer.Activation, layer.Spec.Op switch
    {
        LayerOp.Conv or LayerOp.Depthwise or LayerOp.Dense => Weighted,
        LayerOp.Add => inputs.Sum(),
        LayerOp.Mul => inputs.Aggregate((product, input) => product * input),
        LayerOp.Softmax => 1,
        _ => inputs.Max(),
    });

    private static double Activated(ActivationFunction activation, double bound) => activation.Kind switch
    {
        Activation.PRelu => bound * Slopes,
        Activation.LeakyRelu => bound * Math.Max(1, Math.Abs(activation.Slope)),
        Activation.Sigmoid => 1,
        Activation.Clip => Math.Min(bound, Math.Max(Math.Abs(activation.Low), Math.Abs(activation.High))),
        _ => bound,
    };
}

using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Simulate;

namespace BitKernelGen.Calibration.Tests.Quantize;

public class ChannelStepsTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void TheFloatNetworkComputesWhatItDid(double strength)
    {
        FloatNetwork network = ResidualModel.Import();
        List<float[]> samples = ResidualModel.Samples(4);
        CodePlan plan = CodePlanner.Plan(network, new QuantizeOptions { Name = "Residual", Bits = 4 });

        FloatNetwork equalised = ChannelSteps.Equalise(network, samples, plan, strength);

        foreach (float[] sample in samples)
        {
            Dictionary<string, float[]> before = Run(network, sample), after = Run(equalised, sample);
            AssertClose(before[network.Output], after[network.Output]);
            // And each tensor is what its scale says.
            foreach (FloatLayer layer in equalised.Layers)
            {
                float[] scaled = [.. before[layer.Spec.Name].Select((value, i) => value / layer.ChannelScale[i % layer.Channels])];
                AssertClose(scaled, after[layer.Spec.Name]);
            }
        }

        // Channels that a product separates have scales of their own, those of a residual stream have one.
        Dictionary<string, float[]> scales = equalised.Layers.ToDictionary(layer => layer.Spec.Name, layer => layer.ChannelScale);
        FloatLayer add = equalised.Layers.Single(layer => layer.Spec.Op == Profiles.LayerOp.Add);
        Assert.All(add.Spec.Inputs, input => Assert.Equal(scales[add.Spec.Name], scales[input]));
        Assert.Contains(scales[add.Spec.Name], scale => Math.Abs(scale - 1) > 0.01);
        Assert.All(scales[network.Output], scale => Assert.Equal(1, scale));
    }

    [Fact]
    public void WhatIsNotHomogeneousIsLeftAlone()
    {
        FloatNetwork network = ResidualModel.Import();
        network = network with
        {
            Layers = [.. network.Layers.Select(layer => layer.Spec.Activation == Profiles.Activation.Relu
                ? layer with { Spec = layer.Spec with { Activation = Profiles.Activation.Relu6 } } : layer)],
        };
        CodePlan plan = CodePlanner.Plan(network, new QuantizeOptions { Name = "Residual", Bits = 4 });

        FloatNetwork equalised = ChannelSteps.Equalise(network, ResidualModel.Samples(2), plan, 1);

        Assert.Equal(network.Layers.SelectMany(layer => layer.Weights), equalised.Layers.SelectMany(layer => layer.Weights));
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        double size = Math.Sqrt(expected.Sum(x => (double)x * x)) + 1e-6;
        double error = Math.Sqrt(expected.Zip(actual).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));
        Assert.True(error < 1e-5 * size, $"{error} of {size}");
    }

    private static Dictionary<string, float[]> Run(FloatNetwork network, float[] sample)
    {
        var tensors = new Dictionary<string, float[]> { ["input"] = sample };
        foreach (FloatLayer layer in network.Layers)
        {
            tensors[layer.Spec.Name] = LayerSimulator.Run(
                layer,
                Geometry.Of(network, layer),
                [.. layer.Spec.Inputs.Select(name => tensors[name])],
                [.. layer.Spec.Inputs.Select(name => Shape.Of(network, name))],
                layer.Weights,
                layer.Bias);
        }

        return tensors;
    }
}

using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Tests.Onnx;

public class SharedModelTests
{
    [SkippableTheory]
    [InlineData("fashion_cnn", 28, 28, 1, 6, 10)]
    [InlineData("resnet20_cifar10", 32, 32, 3, 34, 10)]
    [InlineData("resnet50", 224, 224, 3, 72, 1000)]
    public void Imports(string model, int height, int width, int channels, int layers, int classes)
    {
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require($"models/{model}.onnx"));
        foreach (FloatLayer l in network.Layers)
            Console.WriteLine($"{l.Spec.Name} {l.Spec.Op} <- {string.Join(",", l.Spec.Inputs)} {l.Height}x{l.Width}x{l.Channels} {l.Spec.Activation} {l.OnnxOutput}");
        Assert.Equal((height, width, channels), (network.Height, network.Width, network.Channels));
        Assert.Equal(layers, network.Layers.Count);
        Assert.Equal(classes, network.Layers[^1].Channels);
        Assert.Equal(network.Output, network.Layers[^1].Spec.Name);
        Assert.Equal(LayerOp.Dense, network.Layers[^1].Spec.Op);
    }
}

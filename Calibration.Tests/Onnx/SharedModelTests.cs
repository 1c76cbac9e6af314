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
        Assert.Equal((height, width, channels), (network.Height, network.Width, network.Channels));
        Assert.Equal(layers, network.Layers.Count);
        Assert.Equal(network.Output, network.Layers[^1].Spec.Name);
        Assert.Equal((LayerOp.Dense, classes), (network.Layers[^1].Spec.Op, network.Layers[^1].Channels));
    }

    [SkippableTheory]
    [InlineData("fashion_cnn")]
    [InlineData("resnet20_cifar10")]
    public void EqualsOnnxRuntimeLayerByLayer(string model) =>
        OnnxAssert.Equal(OnnxImporter.ImportFile(SharedData.Require($"models/{model}.onnx")), 2e-5);

    [SkippableFact]
    public void Resnet20HasTheNamesOfItsModules()
    {
        FloatNetwork network = OnnxImporter.ImportFile(SharedData.Require("models/resnet20_cifar10.onnx"));
        Assert.Equal(
            ["layer2.0.conv1", "layer2.0.conv2", "layer2.0.shortcut.subsample", "layer2.0.shortcut.pad", "layer2.0.add"],
            network.Layers.Select(l => l.Spec.Name).Where(n => n.StartsWith("layer2.0.", StringComparison.Ordinal)));
    }
}

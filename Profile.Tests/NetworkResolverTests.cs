using static BitKernelGen.Profiles.Tests.Profiles;

namespace BitKernelGen.Profiles.Tests;

public class NetworkResolverTests
{
    private static readonly int[] Image = [7, 9, 3];

    [Fact]
    public void ResolvesAWholeNetwork()
    {
        BitProfile profile = Of(
            [28, 28, 1],
            Conv("conv1", "input", 6, 5) with { Pad = new(2, 2, 2, 2), Activation = Activation.Relu, Skip = Code(8) },
            Pool("pool1", "conv1"),
            Depthwise("dw", "pool1") with { Pad = new(1, 1, 1, 1) },
            Layer("sum", LayerOp.Add, "dw", "pool1") with { Code = Code(3) },
            Layer("both", LayerOp.Concat, "sum", "dw") with { Code = Code() },
            Layer("average", LayerOp.AvgPool, "both") with { Kernel = new(2, 2), Stride = new(2, 2), Code = Code() },
            Layer("flat", LayerOp.Flatten, "average"),
            Dense("dense", "flat") with { Code = null }) with
        { Output = new OutputSpec("dense", new(Enumerable.Range(0, 10).Select(i => $"{i}"))) };
        Network network = Network(profile);

        Assert.Empty(NetworkResolver.Resolve(profile).Issues);
        Assert.Same(profile, network.Profile);
        Assert.Equal(8, network.Output);
        Assert.Equal(["input", "conv1", "pool1", "dw", "sum", "both", "average", "flat", "dense"], network.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(Enumerable.Range(0, 9), network.Tensors.Select(tensor => tensor.Id));
        Assert.Equal(
            [(28, 28, 1), (28, 28, 6), (14, 14, 6), (14, 14, 6), (14, 14, 6), (14, 14, 12), (7, 7, 12), (1, 1, 588), (1, 1, 10)],
            network.Tensors.Select(tensor => (tensor.Height, tensor.Width, tensor.Channels)));
        Assert.Equal([28L * 28 * 6 * 25, 0, 14 * 14 * 6 * 9, 0, 0, 0, 0, 5880], network.Layers.Select(layer => layer.Macs));
        Assert.Equal([new(3, 2), new(4, 3)], network.Layers.Skip(3).Take(2).Select(layer => (layer.Inputs[0], layer.Inputs[1])));
        Assert.Equal(network.Tensors[1].Code, network.Tensors[2].Code);
        Assert.Equal(network.Tensors[1].Skip, network.Tensors[2].Skip);
        Assert.Equal(255, network.Tensors[2].Skip!.MaxLevel);
        Assert.Null(network.Tensors[8].SumCode);
    }

    [Theory]
    [InlineData(new[] { 5, 6, 7 }, 5, 6, 7)]
    [InlineData(new[] { 6, 7 }, 1, 6, 7)]
    [InlineData(new[] { 7 }, 1, 1, 7)]
    public void ReadsShapesOfOneToThreeSizes(int[] shape, int height, int width, int channels)
    {
        Tensor input = Network(Of(shape, Dense("dense", "input"))).Tensors[0];
        Assert.Equal((height, width, channels), (input.Height, input.Width, input.Channels));
    }

    [Fact]
    public void CountsWindowsAsMovingThemDoes()
    {
        for (int size = 1; size <= 7; size++)
        {
            for (int kernel = 1; kernel <= 4; kernel++)
            {
                for (int stride = 1; stride <= 3; stride++)
                {
                    for (int before = 0; before < kernel; before++)
                    {
                        for (int after = 0; after < kernel; after++)
                        {
                            int windows = 0;
                            for (int start = -before; start + kernel <= size + after; start += stride)
                            {
                                windows++;
                                Assert.True(start < size && start + kernel > 0);
                            }

                            foreach (LayerOp op in new[] { LayerOp.Conv, LayerOp.Depthwise, LayerOp.MaxPool, LayerOp.AvgPool })
                            {
                                LayerSpec layer = (op == LayerOp.Conv ? Conv("layer", "input") : op == LayerOp.Depthwise ? Depthwise("layer", "input") : Layer("layer", op, "input")) with
                                {
                                    Kernel = new(kernel, 1),
                                    Stride = new(stride, 2),
                                    Pad = new(before, 0, after, 0),
                                };
                                if (windows == 0)
                                {
                                    Expect(Of([size, 4, 3], layer), "BKG009 0 kernel:0");
                                    continue;
                                }

                                Network network = Network(Of([size, 4, 3], layer));
                                Assert.Equal((windows, 2, op == LayerOp.Conv ? 5 : 3), (network.Tensors[1].Height, network.Tensors[1].Width, network.Tensors[1].Channels));
                                Assert.Equal(new Window(kernel, 1, stride, 2, before, 0, after, 0), network.Layers[0].Window);
                                Assert.Equal(op == LayerOp.Conv ? windows * 2 * 5 * kernel * 3 : op == LayerOp.Depthwise ? windows * 2 * 3 * kernel : 0, network.Layers[0].Macs);
                            }
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(7, 2, 4)]
    [InlineData(8, 2, 4)]
    [InlineData(1, 2, 1)]
    [InlineData(7, 9, 1)]
    [InlineData(7, 1, 7)]
    public void SubsamplesFromTheFirstOn(int size, int stride, int expected)
    {
        Network network = Network(Of([size, 5, 3], Layer("sub", LayerOp.Subsample, "input") with { Stride = new(stride, 2) }));
        Assert.Equal((expected, 3, 3), (network.Tensors[1].Height, network.Tensors[1].Width, network.Tensors[1].Channels));
        Assert.Equal(Window.One, network.Layers[0].Window);
    }

    [Fact]
    public void WholeInputWindows()
    {
        Network network = Network(Of(Image, Dense("dense", "input"), Layer("mean", LayerOp.GlobalAvgPool, "input")));
        var whole = new Window(7, 9, 1, 1, 0, 0, 0, 0);
        Assert.All(network.Layers, layer => Assert.Equal(whole, layer.Window));
        Assert.Equal([7 * 9 * 3, 10, 3], network.Tensors.Select(tensor => tensor.Length));
        Assert.Equal([1890, 0], network.Layers.Select(layer => layer.Macs));
    }

    [Fact]
    public void PadsAndFlattensChannels()
    {
        Network network = Network(Of(
            Image,
            Layer("pad", LayerOp.PadChannels, "input") with { PadChannels = new(2, 0) },
            Layer("flat", LayerOp.Flatten, "pad")));
        Assert.Equal([3, 5, 7 * 9 * 5], network.Tensors.Select(tensor => tensor.Channels));
        Assert.All(network.Tensors, tensor => Assert.Equal(network.Tensors[0].Code, tensor.Code));
    }

    [Fact]
    public void MovesFloats()
    {
        Network network = Network(Of(
            Image,
            Conv("conv", "input") with { Code = null },
            Layer("sub", LayerOp.Subsample, "conv"),
            Layer("pad", LayerOp.PadChannels, "sub") with { PadChannels = new(1, 1) },
            Layer("flat", LayerOp.Flatten, "pad"),
            Layer("sum", LayerOp.Add, "flat", "flat")));
        Assert.All(network.Tensors.Skip(1), tensor => Assert.Null(tensor.SumCode));
    }

    [Fact]
    public void FillsDefaultsWhereTheyApply()
    {
        Network network = Network(Of(
            Image,
            Conv("conv", "input"),
            Depthwise("dw", "conv"),
            Layer("max", LayerOp.MaxPool, "dw") with { Kernel = new(2, 2) },
            Layer("avg", LayerOp.AvgPool, "max") with { Kernel = new(1, 1), Code = Code() },
            Layer("sub", LayerOp.Subsample, "avg"),
            Dense("dense", "sub")));
        Assert.Equal([2, 2, 2, 2, 2, 0], network.Layers.Select(layer => layer.Spec.Stride.Count));
        Assert.Equal([4, 4, 4, 4, 0, 0], network.Layers.Select(layer => layer.Spec.Pad.Count));
        Assert.All(network.Layers.SelectMany(layer => layer.Spec.Stride), stride => Assert.Equal(1, stride));
        Assert.Equal(network.Profile.Layers[0] with { Stride = new(1, 1), Dilation = new(1, 1), Pad = new(0, 0, 0, 0), Groups = 1 }, network.Layers[0].Spec);
    }

    [Fact]
    public void EqualProfilesMakeEqualNetworks()
    {
        BitProfile Make() => Of(Image, Conv("conv", "input") with { Code = Code(2, 0.3f, 0, 1.7, 0.6) }, Dense("dense", "conv"));
        Network first = Network(Make()), second = Network(Make());
        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
    }
}

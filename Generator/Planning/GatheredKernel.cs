using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// A convolution with groups or dilation. What the windows see of some groups' channels is gathered, then multiplied like the
/// pixels of a 1x1 convolution whose weights are zero between groups. As many groups are taken together as fill a vector.
/// </summary>
internal sealed record GatheredKernel : Kernel
{
    public required Window Window { get; init; }
    public required int InputPixelBytes { get; init; }
    public required int InputRowBytes { get; init; }

    /// <summary>Groups of the layer.</summary>
    public required int Groups { get; init; }

    /// <summary>Input channels of a group.</summary>
    public required int GroupChannels { get; init; }

    /// <summary>Groups that are taken together: a divisor of all.</summary>
    public required int GroupsTogether { get; init; }

    /// <summary>The products of the groups that are taken together.</summary>
    public required ProductKernel Product { get; init; }

    /// <summary>How often gathering and products are run.</summary>
    public int Runs => Groups / GroupsTogether;

    /// <summary>Bytes of a group's channels in a gathered pixel.</summary>
    public int GroupBytes => GroupBytesOf(GroupChannels);

    /// <summary>Groups of 4 products that each output has, as <c>bounds</c> counts them.</summary>
    public static int ReductionGroups(Layer layer, int inputChannels) =>
        layer.Window.KernelHeight * layer.Window.KernelWidth * GroupBytesOf(inputChannels / layer.Groups) / 4;

    /// <summary>Bytes of a gathered pixel.</summary>
    public static int PixelBytes(Layer layer, int inputChannels, int groupsTogether) => 4 * ReductionGroups(layer, inputChannels) * groupsTogether;

    /// <summary>
    /// The fewest groups whose outputs fill a vector, and end where whole vectors of floats or words of levels do: else all.
    /// </summary>
    public static int Together(int groups, int groupOutputs, bool storesFloats)
    {
        int multiple = storesFloats ? 16 : 4;
        return Enumerable.Range(1, groups)
            .FirstOrDefault(count => groups % count == 0 && count * groupOutputs >= 16 && count * groupOutputs % multiple == 0) is var found and > 0
            ? found : groups;
    }

    public int GatheredBytes => Buffer.RoundUp((Product.OutputHeight * Product.InputRowBytes) + 64, 64);

    /// <summary>Bytes of the weights of one run.</summary>
    public int RunWeightBytes(Isa isa) => Buffer.RoundUp(Product.WeightBytes(isa), 64);

    public override int WeightBytes(Isa isa) => Runs * RunWeightBytes(isa);

    public override int ScratchBytes(Isa isa) => GatheredBytes + Product.ScratchBytes(isa);

    public override string Name
    {
        get
        {
            string dilation = Window.IsDilated ? $"D{System.Math.Max(Window.DilationHeight, Window.DilationWidth)}" : "";
            string groups = Groups > 1 ? $"G{Groups}" : "";
            return $"Conv{Window.KernelHeight}x{Window.KernelWidth}S{Window.StrideHeight}{dilation}{groups}_{Product.OutputHeight}x{Product.OutputWidth}_" +
                $"{Groups * GroupChannels}_{Runs * Product.OutputChannels}_W{Product.WeightBits}A{Bits.Of(Product.MaxLevel)}";
        }
    }

    private static int GroupBytesOf(int channels) => Buffer.RoundUp(channels, 4);
}

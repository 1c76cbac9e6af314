namespace BitKernelGen.Profiles;

/// <summary>
/// A profile as it is written: topology, bits per layer, coefficients. Values only, no positions, so that two profiles that mean
/// the same compare equal whatever their comments and spacing. The format is specified in <c>docs/bitprofile.md</c>.
/// </summary>
public sealed record BitProfile
{
    /// <summary>The value of <c>format</c> that this version reads and writes.</summary>
    public const string Format = "bitprofile/1";

    /// <summary>The network's name: a C# identifier of ASCII letters, digits and '_', which becomes the class name.</summary>
    public required string Name { get; init; }

    /// <summary>What the planner gives up the other for, where it can't have both.</summary>
    public Preference Prefer { get; init; }

    /// <summary>Where the weights are.</summary>
    public required WeightsReference Weights { get; init; }

    /// <summary>The network's input.</summary>
    public required InputSpec Input { get; init; }

    /// <summary>The layers, in an order in which each reads only the input and layers before it.</summary>
    public required EquatableArray<LayerSpec> Layers { get; init; }

    /// <summary>The network's output.</summary>
    public required OutputSpec Output { get; init; }

    /// <summary>
    /// Where the profile came from: informational, never binding. Each entry is a key and the TOML text of its value; the
    /// generator drops it, so that an edit there regenerates nothing.
    /// </summary>
    public EquatableArray<ProvenanceEntry> Provenance { get; init; }
}

/// <summary>What a plan is made for.</summary>
public enum Preference
{
    /// <summary>The fastest kernels, whose weights may take more memory than their bits, though never more than float32's.</summary>
    Speed,

    /// <summary>The fewest resident bytes: weights stay packed, and what is large never lies in memory as a whole where it need not.</summary>
    Memory,
}

/// <summary>A line of <c>[provenance]</c>.</summary>
/// <param name="Key">A bare TOML key.</param>
/// <param name="Value">The value's TOML text, as written.</param>
public sealed record ProvenanceEntry(string Key, string Value);

/// <summary>The weights file that belongs to a profile.</summary>
/// <param name="File">Its name, in the profile's folder: no directory part.</param>
/// <param name="Sha256">Its SHA-256, 64 lower-case hexadecimal digits.</param>
public sealed record WeightsReference(string File, string Sha256);

/// <summary>The network's input: one image or vector, height-width-channels, the channels of a pixel beside each other.</summary>
public sealed record InputSpec
{
    /// <summary>[height, width, channels], [length, channels] (height 1) or [length] (height and width 1).</summary>
    public required EquatableArray<int> Shape { get; init; }

    /// <summary>Per-channel mean of the normalised range, or empty: then raw bytes are not accepted.</summary>
    public EquatableArray<double> Mean { get; init; }

    /// <summary>Per-channel standard deviation, each above 0; as many as <see cref="Mean"/>.</summary>
    public EquatableArray<double> Std { get; init; }

    /// <summary>What a raw byte is multiplied by before mean and standard deviation; 1/255 when the profile does not say.</summary>
    public double Scale { get; init; } = 1.0 / 255;

    /// <summary>The input's code.</summary>
    public required CodeSpec Code { get; init; }

    /// <summary>What each channel is multiplied by before it is encoded, each above 0; empty for 1. The weights that read the input know of it.</summary>
    public EquatableArray<double> Gain { get; init; }

    /// <summary>The level of zero in each channel; empty where that is the code's.</summary>
    public EquatableArray<int> Zeros { get; init; }
}

/// <summary>A bottleneck on a tensor, as written: x ≈ step · (Σ nᵢ bᵢ − zero).</summary>
public sealed record CodeSpec
{
    /// <summary>The kept bits, 1 to 8.</summary>
    public required int Bits { get; init; }

    /// <summary>The step, above 0 and finite.</summary>
    public required float Step { get; init; }

    /// <summary>The zero offset in steps, at least 0; some code reaches it.</summary>
    public int Zero { get; init; }

    /// <summary>The coefficients n₀ … in steps, most significant first; empty for powers of two (2^(bits−1) … 1).</summary>
    public EquatableArray<double> Coefficients { get; init; }

    /// <summary>
    /// Whether products keep the code's bit-planes apart and multiply each by its coefficient as it is written, instead of by the nearest
    /// integers.
    /// </summary>
    public bool Planes { get; init; }
}

/// <summary>How a layer's weights are stored.</summary>
/// <param name="Bits">1 to 8. One bit means ±1; W ≥ 2 bits mean −(2^(W−1)−1) … 2^(W−1)−1, so 2 bits are ternary.</param>
public sealed record WeightSpec(int Bits)
{
    /// <summary>The largest magnitude that a weight can have.</summary>
    public int Largest => Bits == 1 ? 1 : (1 << (Bits - 1)) - 1;
}

/// <summary>What was proved from a layer's actual weights; the loader proves it again. See <c>docs/arithmetic.md</c>.</summary>
/// <param name="Pair">The largest magnitude that a sum of two neighbouring products (in reduction order) can take.</param>
/// <param name="Steps">How many consecutive groups of four products a 16-bit pair accumulator holds, at most the whole reduction.</param>
/// <param name="Sum">The largest magnitude that the whole sum can take, the zero offset's part included.</param>
/// <param name="Winograd2">
/// 16-bit sums that the products of F(2x2,3x3) take: a position whose channels do not fit one takes several; 0 where it is not known.
/// </param>
/// <param name="Winograd4">The same for F(4x4,3x3).</param>
public sealed record BoundsSpec(int Pair, int Steps, int Sum, int Winograd2 = 0, int Winograd4 = 0);

/// <summary>What a layer computes.</summary>
public enum LayerOp
{
    /// <summary>Convolution over height, width and all input channels.</summary>
    Conv,
    /// <summary>Convolution of each channel by itself.</summary>
    Depthwise,
    /// <summary>A product with all elements of the input, in height-width-channel order.</summary>
    Dense,
    /// <summary>The sum of two tensors of one shape.</summary>
    Add,
    /// <summary>The maximum over a window; padding never wins.</summary>
    MaxPool,
    /// <summary>The average over a window; padding is not counted.</summary>
    AvgPool,
    /// <summary>The average over height and width.</summary>
    GlobalAvgPool,
    /// <summary>Tensors of one height and width, channels one after the other.</summary>
    Concat,
    /// <summary>All elements as one vector, in height-width-channel order.</summary>
    Flatten,
    /// <summary>Every stride-th row and column, from the first on.</summary>
    Subsample,
    /// <summary>Channels of value zero before and after the input's.</summary>
    PadChannels,
    /// <summary>The product of two tensors of one shape, or of a tensor with one number for each channel.</summary>
    Mul,
    /// <summary>The exponentials of each pixel's channels, divided by their sum.</summary>
    Softmax,
}

/// <summary>The function applied to a layer's sum before it is encoded.</summary>
public enum Activation
{
    /// <summary>The sum itself.</summary>
    None,
    /// <summary>max(x, 0).</summary>
    Relu,
    /// <summary>min(max(x, 0), 6).</summary>
    Relu6,
    /// <summary>min(max(x, low), high), the limits being <see cref="LayerSpec.Limits"/>.</summary>
    Clip,
    /// <summary>x, or slope · x below 0, the slope being <see cref="LayerSpec.Slope"/>.</summary>
    LeakyRelu,
    /// <summary>x, or slope · x below 0, with a slope for each channel that the weights file holds.</summary>
    PRelu,
    /// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
    HardSwish,
    /// <summary>1 / (1 + e^−x).</summary>
    Sigmoid,
    /// <summary>x / (1 + e^−x).</summary>
    Silu,
}

/// <summary>One layer, as written. What does not apply to <see cref="Op"/> is null, empty or 0.</summary>
public sealed record LayerSpec
{
    /// <summary>A name of letters, digits, '_', '.' and '-', unlike any other layer's and unlike "input".</summary>
    public required string Name { get; init; }

    /// <summary>What it computes.</summary>
    public required LayerOp Op { get; init; }

    /// <summary>The layers that it reads, "input" for the network's input.</summary>
    public required EquatableArray<string> Inputs { get; init; }

    /// <summary>Window: rows, columns. Conv, depthwise, max and average pool.</summary>
    public EquatableArray<int> Kernel { get; init; }

    /// <summary>Step of the window: rows, columns; [1, 1] when not written. Also subsample.</summary>
    public EquatableArray<int> Stride { get; init; }

    /// <summary>Rows and columns added: top, left, bottom, right; zeros when not written.</summary>
    public EquatableArray<int> Pad { get; init; }

    /// <summary>Rows and columns from one element of the window to the next; [1, 1] when not written. Conv and depthwise.</summary>
    public EquatableArray<int> Dilation { get; init; }

    /// <summary>Whether an average divides by all elements of its window, padding included. Avgpool.</summary>
    public bool CountIncludePad { get; init; }

    /// <summary>Output channels of conv and dense.</summary>
    public int Channels { get; init; }

    /// <summary>
    /// Parts that input and output channels of a conv are cut into, each part of the output reading the same part of the input;
    /// 1 when not written, 0 where it does not apply.
    /// </summary>
    public int Groups { get; init; }

    /// <summary>Channels added before and after, for pad-channels.</summary>
    public EquatableArray<int> PadChannels { get; init; }

    /// <summary>The weights, for conv, depthwise and dense.</summary>
    public WeightSpec? Weight { get; init; }

    /// <summary>The activation function; conv, depthwise, dense, add and mul.</summary>
    public Activation Activation { get; init; }

    /// <summary>The factor below 0 of leaky-relu, a finite number; 0 for the others.</summary>
    public double Slope { get; init; }

    /// <summary>The lower and upper limit of clip, the lower one not above the other; empty for the others.</summary>
    public EquatableArray<double> Limits { get; init; }

    /// <summary>The code in which multiplications read the output; null where none does.</summary>
    public CodeSpec? Code { get; init; }

    /// <summary>The code in which sums read the output; null where they read <see cref="Code"/> or float32.</summary>
    public CodeSpec? Skip { get; init; }

    /// <summary>What is proved of the weights; null where only the worst case of the bits is known.</summary>
    public BoundsSpec? Bounds { get; init; }

    /// <summary>"auto", or the strategy that this layer is pinned to.</summary>
    public string KernelStrategy { get; init; } = "auto";
}

/// <summary>The network's output.</summary>
/// <param name="From">The layer whose output it is: a float32 tensor, or a coded one that is then decoded.</param>
/// <param name="Labels">A name for each element of the output, or empty.</param>
public sealed record OutputSpec(string From, EquatableArray<string> Labels);

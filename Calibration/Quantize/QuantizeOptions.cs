using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>What a quantized network shall be.</summary>
public sealed record QuantizeOptions
{
    /// <summary>The name of the class and of both files.</summary>
    public required string Name { get; init; }

    /// <summary>Bits of the codes that multiplications read, 1 to 8.</summary>
    public int Bits { get; init; } = 8;

    /// <summary>Bits of single layers' codes, by layer; what is not named has <see cref="Bits"/>.</summary>
    public IReadOnlyDictionary<string, int> LayerBits { get; init; } = new Dictionary<string, int>();

    /// <summary>Bits of the weights, 1 to 8.</summary>
    public int WeightBits { get; init; } = 8;

    /// <summary>Bits of the first and last layers' weights, at least; <see cref="WeightBits"/> where that is more.</summary>
    public int EdgeWeightBits { get; init; } = 8;

    /// <summary>Bits of single layers' weights, by layer; edge or not.</summary>
    public IReadOnlyDictionary<string, int> LayerWeightBits { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// Bits of the codes that sums read, 1 to 8, for tensors whose other code has fewer or that have none; with 8, what only
    /// additions read stays float32 where <see cref="Bits"/> are 6 or more. 0: sums read the code for products, where there is one, and 8 bits elsewhere.
    /// </summary>
    public int SkipBits { get; init; } = 8;

    /// <summary>Bits on average of the codes that multiplications read, at most; null: all have <see cref="Bits"/>.</summary>
    public double? Rate { get; init; }

    /// <summary>The resident bytes to choose the weights' bits by; null: all have <see cref="WeightBits"/>.</summary>
    public ByteBudget? Bytes { get; init; }

    /// <summary>The time to choose the bits of codes and weights by, in place of the other budgets.</summary>
    public TimeBudget? Time { get; init; }

    /// <summary>What allocation takes a code's or a rounding's cost to be.</summary>
    public SensitivityMeasure Sensitivity { get; init; }

    /// <summary>Calibration samples, at most.</summary>
    public int Samples { get; init; } = 512;

    /// <summary>Mean and standard deviation of raw input bytes; null for an input that is float32 only.</summary>
    public InputNormalization? Normalization { get; init; }

    /// <summary>The order of colours that samples are read in.</summary>
    public ChannelOrder Order { get; init; }

    /// <summary>A name for each output, or none.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>How codes are fitted.</summary>
    public CodeMethod Method { get; init; } = CodeMethod.Exact;

    /// <summary>What the profile asks of its planner. A budget of <see cref="Bytes"/> is shared out for <see cref="Preference.Memory"/>.</summary>
    public Preference Prefer { get; init; }

    /// <summary>How the levels of codes that multiplications read may lie.</summary>
    public LevelSpacing Levels { get; init; } = LevelSpacing.Auto;

    /// <summary>Decibels of PSNR that <see cref="CodeMethod.Paper"/> gives up, which then decides the bits; null leaves them to <see cref="Bits"/>.</summary>
    public double? PsnrLoss { get; init; }

    /// <summary>Coefficients to put on what convolutions read, or null.</summary>
    public PublishedCoefficients? Coefficients { get; init; }

    /// <summary>Whether products keep to real-valued coefficients as they are, instead of to the nearest integers.</summary>
    public bool Planes { get; init; }

    /// <summary>Statistics to take instead of a pass over the samples, or null.</summary>
    public ModelStatistics? Statistics { get; init; }

    /// <summary>How weights are rounded.</summary>
    public RoundingMethod Rounding { get; init; } = RoundingMethod.Sequential;

    /// <summary>What sequential rounding does.</summary>
    public Recipe Recipe { get; init; } = Recipe.Full;

    /// <summary>Columns of a layer's input, at most, that weights are rounded on.</summary>
    public int Columns { get; init; } = 1 << 15;

    /// <summary>Bytes of samples' tensors in memory, at most; what is beyond goes into temporary files.</summary>
    public long SampleMemory { get; init; } = 3L << 30;

    /// <summary>
    /// A folder in which finished layers are kept, so that a run that was killed goes on from there; null for none. It is emptied
    /// by <see cref="QuantizedNetwork.DeleteCheckpoints"/>.
    /// </summary>
    public string? WorkFolder { get; init; }

    /// <summary>Decides at which positions of the samples the columns are taken.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>How weights are rounded.</summary>
public enum RoundingMethod
{
    /// <summary>To the nearest, the scale of each output by its largest weight.</summary>
    Range,

    /// <summary>To the nearest, the scale of each output by squared error.</summary>
    Nearest,

    /// <summary>To the nearest, and the bias takes up the mean error of the output.</summary>
    BiasCorrected,

    /// <summary>Layer by layer on the quantized inputs, against the float layer's output.</summary>
    Sequential,
}

/// <summary>How raw bytes become the network's input: (p · scale − mean) / std, by channel.</summary>
/// <param name="Mean">Per-channel mean.</param>
/// <param name="Std">Per-channel standard deviation.</param>
/// <param name="Scale">What a byte is multiplied by first.</param>
public sealed record InputNormalization(IReadOnlyList<double> Mean, IReadOnlyList<double> Std, double Scale = 1.0 / 255);

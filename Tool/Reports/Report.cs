using System.Text.Json;
using System.Text.Json.Serialization;
using BitKernelGen.Calibration.Evaluate;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Reports;

/// <summary>What a verb found out: the JSON object of <c>--json</c>, field by field. A part that a verb does not know is left out.</summary>
public sealed record Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>The network's name.</summary>
    public required string Model { get; init; }

    /// <summary>The files that were written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>The layers in order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LayerReport>? Layers { get; init; }

    /// <summary>The average bits of a code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RateReport? Rate { get; init; }

    /// <summary>What is resident.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BytesReport? Bytes { get; init; }

    /// <summary>How good the outputs are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AccuracyReport? Accuracy { get; init; }

    /// <summary>How long a run takes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimingReport? Timing { get; init; }

    /// <summary>The generated code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CodeReport? Code { get; init; }

    /// <summary>What the layers' strategies take.</summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal TuningReport? Tuning { get; init; }

    /// <summary>"generated" or "reference".</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Executor { get; init; }

    /// <summary>SHA-256 of all outputs' bits, sample after sample, float32 little-endian: equal for equal executors.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OutputsSha256 { get; init; }

    /// <summary>Microseconds a sample, the whole pass divided by its samples.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? UsPerSample { get; init; }

    /// <summary>The JSON object.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>A layer.</summary>
public sealed record LayerReport
{
    /// <summary>Its name in the profile.</summary>
    public required string Name { get; init; }

    /// <summary>Its operation in the profile.</summary>
    public required string Op { get; init; }

    /// <summary>Height, width, channels of its output.</summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>Multiply-accumulates of the direct form.</summary>
    public required long Macs { get; init; }

    /// <summary>Bits of a weight; null without weights.</summary>
    public int? WeightBits { get; init; }

    /// <summary>Bits of the output's code; null for float32.</summary>
    public int? CodeBits { get; init; }

    /// <summary>Bits of the output's code for sums; null where they read the other one.</summary>
    public int? SkipBits { get; init; }

    /// <summary>The output code's coefficients, most significant first.</summary>
    public IReadOnlyList<double> Coefficients { get; init; } = [];

    /// <summary>Mean squared error of the output's code.</summary>
    public double? Distortion { get; init; }

    /// <summary>The same as a ratio of the peak, in dB.</summary>
    public double? PsnrDb { get; init; }

    /// <summary>Bytes of weights, scales and biases in the weights file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? WeightBytes { get; init; }

    /// <summary>Energy of the float weights over that of the quantized ones' difference, in dB.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? WeightSqnrDb { get; init; }

    /// <summary>The quantized network's output of this layer against the float network's, in dB.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SqnrDb { get; init; }

    /// <summary>The kernel strategy.</summary>
    public string? Strategy { get; init; }

    /// <summary>What the planner expects it to take on this machine's instruction set, in cycles of one core.</summary>
    public long? Cycles { get; init; }

    /// <summary>A layer of a float model.</summary>
    public static LayerReport Of(FloatLayer layer) => new()
    {
        Name = layer.Spec.Name,
        Op = LayerRules.Text(layer.Spec.Op)!,
        Shape = [layer.Height, layer.Width, layer.Channels],
        Macs = layer.Spec.Op == LayerOp.Dense ? layer.Weights.Length : (long)layer.Height * layer.Width * layer.Weights.Length,
    };

    /// <summary>What a generated model says of its layers.</summary>
    public static IReadOnlyList<LayerReport> Of(ModelInfo info) =>
    [
        .. info.Layers.Select(layer => new LayerReport
        {
            Name = layer.Name,
            Op = layer.Op,
            Shape = layer.OutputShape,
            Macs = layer.Macs,
            WeightBits = layer.WeightBits == 0 ? null : layer.WeightBits,
            CodeBits = layer.CodeBits == 0 ? null : layer.CodeBits,
            SkipBits = layer.SkipBits == 0 ? null : layer.SkipBits,
            Coefficients = [.. layer.Coefficients],
            Strategy = layer.Strategy,
            Cycles = layer.Cycles == 0 ? null : layer.Cycles,
        }),
    ];
}

/// <summary>Average bits of a code, weighted by elements.</summary>
/// <param name="Asked">What the command asked for.</param>
/// <param name="Achieved">What came out, of the codes that layers multiply.</param>
public sealed record RateReport(double? Asked, double Achieved)
{
    /// <summary>The same of the codes that only sums read; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Skips { get; init; }

    /// <summary>Each layer's own codes count by their elements.</summary>
    public static RateReport Of(Network network, double? asked) => new(asked, Average(network, tensor => tensor.Code, spec => spec.Code) ?? 0)
    {
        Skips = Average(network, tensor => tensor.Skip, spec => spec.Skip),
    };

    private static double? Average(Network network, Func<Tensor, Code?> code, Func<LayerSpec, CodeSpec?> own)
    {
        Tensor[] coded = [.. network.Layers.Where(layer => own(layer.Spec) is not null).Select(layer => network.Tensors[layer.Output])];
        return coded.Length == 0 ? null : coded.Sum(tensor => (double)tensor.Length * code(tensor)!.Bits) / coded.Sum(tensor => (long)tensor.Length);
    }
}

/// <summary>Resident bytes, beside the same network's in float32.</summary>
/// <param name="Weights">Weights, scales and biases.</param>
/// <param name="Arena">A workspace.</param>
/// <param name="FloatWeights">Weights and biases as float32.</param>
/// <param name="FloatArena">Activations as float32.</param>
public sealed record BytesReport(long Weights, long Arena, long FloatWeights, long FloatArena)
{
    /// <summary>What a generated model says of itself.</summary>
    public static BytesReport Of(ModelInfo info) => new(info.WeightBytes, info.ArenaBytes, info.FloatWeightBytes, info.FloatArenaBytes);
}

/// <summary>How good the outputs are; what needs labels or a float model is null without them.</summary>
public sealed record AccuracyReport
{
    /// <summary>The part of the samples whose label is the largest output, 0 to 1.</summary>
    public double? Top1 { get; init; }

    /// <summary>The part of the samples whose label is among the five largest outputs, 0 to 1.</summary>
    public double? Top5 { get; init; }

    /// <summary><see cref="Top1"/> of the float model.</summary>
    public double? FloatTop1 { get; init; }

    /// <summary>The part of the samples whose largest output is the float model's too, 0 to 1.</summary>
    public double? Agreement { get; init; }

    /// <summary>Σ float² / Σ (float − output)² over all outputs, in dB.</summary>
    public double? SqnrDb { get; init; }

    /// <summary>How many samples there were.</summary>
    public required int Samples { get; init; }

    /// <summary>What the calibrator's evaluation found; where nothing differs the ratio is infinite, which JSON can't say.</summary>
    public static AccuracyReport Of(Evaluation evaluation) => new()
    {
        Top1 = evaluation.Top1,
        Top5 = evaluation.Top5,
        FloatTop1 = evaluation.ReferenceTop1,
        Agreement = evaluation.Agreement,
        SqnrDb = evaluation.SqnrDb is { } decibels && double.IsFinite(decibels) ? decibels : null,
        Samples = evaluation.Samples,
    };
}

/// <summary>Medians in microseconds a run.</summary>
public sealed record TimingReport
{
    /// <summary>The generated model.</summary>
    public double? GeneratedUs { get; init; }

    /// <summary>ONNX Runtime on the float model.</summary>
    public double? OrtFp32Us { get; init; }

    /// <summary>ONNX Runtime on an 8-bit model.</summary>
    public double? OrtInt8Us { get; init; }

    /// <summary>How many times faster than float the generated model is.</summary>
    public double? RatioFp32 => OrtFp32Us / GeneratedUs;

    /// <summary>How many times faster than 8 bits the generated model is.</summary>
    public double? RatioInt8 => OrtInt8Us / GeneratedUs;

    /// <summary>ONNX Runtime's threads; the generated model uses one.</summary>
    public required int Threads { get; init; }

    /// <summary>Rounds, the contenders taking turns in each.</summary>
    public int Rounds { get; init; }

    /// <summary>What the generated model's kernels use.</summary>
    public string? InstructionSet { get; init; }
}

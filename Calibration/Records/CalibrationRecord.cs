using BitKernelGen.Calibration.Evaluate;

namespace BitKernelGen.Calibration.Records;

/// <summary>
/// What calibration saw and chose: the sidecar <c>NAME.calibration.json</c> beside a profile. Nothing that runs a network reads
/// it; <c>bitkernel report</c> and <c>bitkernel inspect</c> show it.
/// </summary>
public sealed record CalibrationRecord
{
    /// <summary>The value of <see cref="Format"/> that this version reads and writes.</summary>
    public const string CurrentFormat = "bitkernel-calibration/1";

    /// <summary>Always <see cref="CurrentFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>SHA-256 of the profile's weights file, 64 lower-case hexadecimal digits: which profile this belongs to.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>How the codes were found.</summary>
    public required string Method { get; init; }

    /// <summary>How the weights were rounded.</summary>
    public required string Rounding { get; init; }

    /// <summary>Samples that were calibrated on.</summary>
    public required int Samples { get; init; }

    /// <summary>How long that took; null where it was not timed.</summary>
    public double? Seconds { get; init; }

    /// <summary>Bits of a code on average, as asked for; null where nothing was.</summary>
    public double? RateAsked { get; init; }

    /// <summary>How good the outputs are on samples that were held back; null where there were none.</summary>
    public CheckRecord? Check { get; init; }

    /// <summary>The tensors of which statistics were taken, in the network's order; the input is called "input".</summary>
    public required IReadOnlyList<TensorRecord> Tensors { get; init; }

    /// <summary>The layers in the network's order.</summary>
    public required IReadOnlyList<LayerRecord> Layers { get; init; }

    /// <summary>The statistics of a tensor, or null.</summary>
    public TensorRecord? Tensor(string name) => Tensors.FirstOrDefault(tensor => tensor.Name == name);

    /// <summary>What was done to a layer, or null.</summary>
    public LayerRecord? Layer(string name) => Layers.FirstOrDefault(layer => layer.Name == name);
}

/// <summary>What quantization did to a layer.</summary>
public sealed record LayerRecord
{
    /// <summary>Its name in the profile.</summary>
    public required string Name { get; init; }

    /// <summary>Bits of its weights; null without.</summary>
    public int? WeightBits { get; init; }

    /// <summary>Energy of the float weights over that of the quantized ones' difference, in decibels; null without, or where nothing differs.</summary>
    public double? WeightSqnrDb { get; init; }

    /// <summary>The quantized network's output of this layer against the float network's, in decibels; null where nothing differs.</summary>
    public double? SqnrDb { get; init; }
}

/// <summary>How good the outputs are; what needs labels is null without them.</summary>
public sealed record CheckRecord
{
    /// <summary>Samples, none of which was calibrated on.</summary>
    public required int Samples { get; init; }

    /// <summary>The share, 0 to 1, whose largest output is the label.</summary>
    public double? Top1 { get; init; }

    /// <summary>The same of the float network.</summary>
    public double? FloatTop1 { get; init; }

    /// <summary>The share, 0 to 1, whose label is among the five largest outputs.</summary>
    public double? Top5 { get; init; }

    /// <summary>The share, 0 to 1, whose largest output is the float network's too.</summary>
    public double? Agreement { get; init; }

    /// <summary>Energy of the float network's outputs over that of the difference, in decibels; null where nothing differs.</summary>
    public double? SqnrDb { get; init; }

    /// <summary>What an evaluation found.</summary>
    public static CheckRecord Of(Evaluation evaluation) => new()
    {
        Samples = evaluation.Samples,
        Top1 = evaluation.Top1,
        FloatTop1 = evaluation.ReferenceTop1,
        Top5 = evaluation.Top5,
        Agreement = evaluation.Agreement,
        SqnrDb = evaluation.SqnrDb is { } decibels && double.IsFinite(decibels) ? decibels : null,
    };
}

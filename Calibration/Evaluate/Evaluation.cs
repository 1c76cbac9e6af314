namespace BitKernelGen.Calibration.Evaluate;

/// <summary>How well an executor did on a data set.</summary>
public sealed record Evaluation
{
    /// <summary>Samples that were run.</summary>
    public required int Samples { get; init; }

    /// <summary>The share, 0 to 1, whose largest output is the label; null where the data has no labels.</summary>
    public double? Top1 { get; init; }

    /// <summary>The share, 0 to 1, whose label is among the five largest outputs; null where the data has no labels.</summary>
    public double? Top5 { get; init; }

    /// <summary><see cref="Top1"/> of the executor compared with; null where there is none.</summary>
    public double? ReferenceTop1 { get; init; }

    /// <summary>The share, 0 to 1, whose largest output is the one of the executor compared with; null where there is none.</summary>
    public double? Agreement { get; init; }

    /// <summary>
    /// Energy of the outputs of the executor compared with over that of the difference, in decibels; infinite where there is no
    /// difference, null where there is nothing to compare with.
    /// </summary>
    public double? SqnrDb { get; init; }

    /// <summary>Median time of a run, in microseconds, reading and normalising the sample not included.</summary>
    public required double MicrosecondsPerSample { get; init; }
}

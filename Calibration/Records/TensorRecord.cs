namespace BitKernelGen.Calibration.Records;

/// <summary>The statistics of a tensor in the float network, and what each number of bits would cost it.</summary>
public sealed record TensorRecord
{
    /// <summary>"input", or the layer whose output it is.</summary>
    public required string Name { get; init; }

    /// <summary>Elements of the tensor in one sample.</summary>
    public required long Elements { get; init; }

    /// <summary>The least value seen, or zero where that is less.</summary>
    public required double Min { get; init; }

    /// <summary>The largest value seen, or zero where that is more.</summary>
    public required double Max { get; init; }

    /// <summary>How the values are spread.</summary>
    public required HistogramRecord Histogram { get; init; }

    /// <summary>The rate-distortion curve: the best code found of each number of bits, ascending.</summary>
    public required IReadOnlyList<CodeRecord> Curve { get; init; }

    /// <summary>The code that multiplications read; null where there is none.</summary>
    public CodeRecord? Code { get; init; }

    /// <summary>The code that sums read; null where they read the other one.</summary>
    public CodeRecord? Skip { get; init; }

    /// <summary>How much the network's output suffers from a unit of this tensor's distortion; null where it was not measured.</summary>
    public double? Sensitivity { get; init; }
}

/// <summary>A histogram of at most <see cref="MaxBins"/> bins of equal width.</summary>
public sealed record HistogramRecord
{
    /// <summary>The most bins.</summary>
    public const int MaxBins = 256;

    /// <summary>Where the first bin begins.</summary>
    public required double Low { get; init; }

    /// <summary>The width of a bin, above 0.</summary>
    public required double Width { get; init; }

    /// <summary>Values in each bin.</summary>
    public required IReadOnlyList<long> Counts { get; init; }
}

/// <summary>A code and what it does to a tensor's values.</summary>
public sealed record CodeRecord
{
    /// <summary>The kept bits, 1 to 8.</summary>
    public required int Bits { get; init; }

    /// <summary>The step, above 0.</summary>
    public required double Step { get; init; }

    /// <summary>The zero offset in steps.</summary>
    public required int Zero { get; init; }

    /// <summary>The coefficients in steps, most significant first, as many as <see cref="Bits"/>.</summary>
    public required IReadOnlyList<double> Coefficients { get; init; }

    /// <summary>The mean squared error, at least 0.</summary>
    public required double Distortion { get; init; }

    /// <summary>The squared range of the values over the distortion, in decibels; null where nothing is lost.</summary>
    public double? PsnrDb { get; init; }

    /// <summary>The mean square of the values over the distortion, in decibels; null where nothing is lost.</summary>
    public double? SqnrDb { get; init; }
}

using BitKernelGen.Calibration.Records;

namespace BitKernelGen.Tool.Reports.Html.Charts;

/// <summary>What each number of bits gives a tensor, and what was chosen.</summary>
internal static class RateDistortionChart
{
    private const int MaxBits = 8;

    /// <summary>Draws it.</summary>
    /// <param name="tensor">The curve.</param>
    /// <param name="code">The chosen code; null where there is none, or where it is not the one that was measured.</param>
    /// <param name="skip">The code for sums; likewise.</param>
    /// <param name="maxDb">The top of the axis, the same for all layers so that they compare.</param>
    public static string Draw(TensorRecord tensor, CodeRecord? code, CodeRecord? skip, double maxDb)
    {
        var decibels = new LinearScale(0, maxDb);
        var plot = new Plot(new LinearScale(0.5, MaxBits + 0.5), decibels);
        CodeRecord[] curve = [.. tensor.Curve.Where(point => point.SqnrDb is not null)];
        plot.LabelY(decibels.Ticks(4), Numbers.Plain)
            .LabelX(Enumerable.Range(1, MaxBits).Select(bits => (double)bits), Numbers.Plain)
            .Line("curve", curve.Select(point => ((double)point.Bits, point.SqnrDb!.Value)));
        foreach (CodeRecord point in curve)
            plot.Dot("candidate", point.Bits, point.SqnrDb!.Value, Describe(point));
        if (skip?.SqnrDb is { } skipDb)
            plot.Dot("sums", skip.Bits, skipDb, $"for sums: {Describe(skip)}").Dot("sums-inside", skip.Bits, skipDb, $"for sums: {Describe(skip)}");
        if (code?.SqnrDb is { } codeDb)
            plot.Dot("chosen", code.Bits, codeDb, $"chosen: {Describe(code)}");
        return plot.ToHtml($"SQNR of the code by bits, 1 to 8{(code is null ? "" : $"; chosen: {Describe(code)}")}", "rate-distortion");
    }

    private static string Describe(CodeRecord code) =>
        $"{Numbers.Bits(code.Bits)}, SQNR {Numbers.Decibels(code.SqnrDb)}, PSNR {Numbers.Decibels(code.PsnrDb)}, "
        + $"mean squared error {Numbers.Significant(code.Distortion)}, step {Numbers.Significant(code.Step)}, "
        + $"coefficients {Numbers.Coefficients(code.Coefficients)}";
}

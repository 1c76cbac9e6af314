namespace BitKernelGen.Profiles;

/// <summary>
/// Whether what a layer's kernels need besides tensors has offsets of 32 bits, on whatever machine: weights in panels of outputs, a row of
/// sums, and where windows are gathered all of them beside each other.
/// </summary>
internal static class WorkCheck
{
    private const long MaxBytes = 1 << 30;

    /// <summary>Checks a layer with weights.</summary>
    /// <param name="spec">The layer.</param>
    /// <param name="geometry">The layer's window and output.</param>
    /// <param name="channels">The input's channels.</param>
    /// <param name="reporter">Receives what is to be said.</param>
    public static void Check(LayerSpec spec, LayerGeometry geometry, int channels, Reporter reporter)
    {
        (Window window, Shape output) = (geometry.Window, geometry.Output);
        long groups = spec.Op == LayerOp.Conv ? spec.Groups : 1, read = spec.Op == LayerOp.Depthwise ? 1 : RoundUp(channels / groups, 4);
        bool isGathered = spec.Op == LayerOp.Conv && (groups > 1 || window.IsDilated);

        // Groups may be taken together, with zeros between them; the last panel may be as large as all outputs before it.
        long seen = window.KernelHeight * window.KernelWidth * read * groups, outputs = RoundUp(output.Channels, 16);
        long bytes = (2 * outputs * seen) + (sizeof(int) * outputs * output.Width) + (isGathered ? output.Height * output.Width * seen : 0);
        if (bytes > MaxBytes)
            reporter.Report("BKG009", "name", $"its weights, sums and windows may take {bytes} bytes in memory, more than {MaxBytes}.");
    }

    private static long RoundUp(long value, int multiple) => (value + multiple - 1) / multiple * multiple;
}

namespace BitKernelGen.Profiles;

/// <summary>
/// Whether what a layer's kernels need besides tensors has offsets of 32 bits, on whatever machine: weights in panels of outputs, a row of
/// sums, and where windows are gathered all of them beside each other.
/// </summary>
internal static class WorkCheck
{
    private const long MaxBytes = 1 << 30;

    /// <summary>Checks a layer with weights.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="output">The shape of its output.</param>
    /// <param name="channels">The input's channels.</param>
    /// <param name="reporter">Receives what is to be said.</param>
    public static void Check(Layer layer, Shape output, int channels, Reporter reporter)
    {
        long read = layer.Spec.Op == LayerOp.Depthwise ? 1 : RoundUp(channels / layer.Groups, 4);

        // Groups may be taken together, with zeros between them; the last panel may be as large as all outputs before it.
        long seen = layer.Window.KernelHeight * layer.Window.KernelWidth * read * layer.Groups, outputs = RoundUp(output.Channels, 16);
        long bytes = (2 * outputs * seen) + (sizeof(int) * outputs * output.Width) + (layer.IsGathered ? output.Height * output.Width * seen : 0);
        if (bytes > MaxBytes)
            reporter.Report("BKG009", "name", $"its weights, sums and windows may take {bytes} bytes in memory, more than {MaxBytes}.");
    }

    private static long RoundUp(long value, int multiple) => (value + multiple - 1) / multiple * multiple;
}

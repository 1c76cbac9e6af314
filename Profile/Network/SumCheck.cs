namespace BitKernelGen.Profiles;

/// <summary>Whether a layer's integer sums fit 32 bits, and whether its bounds can be true.</summary>
internal static class SumCheck
{
    /// <summary>Checks a layer with weights.</summary>
    /// <param name="spec">The layer.</param>
    /// <param name="code">The input's code; null where an error left it unknown.</param>
    /// <param name="geometry">The layer's window and products.</param>
    /// <param name="isNetworkInput">Whether it reads the network's input, whose pixels lie densely.</param>
    /// <param name="channels">The input's channels.</param>
    /// <param name="reporter">Receives what is to be said.</param>
    public static void Check(LayerSpec spec, Code? code, LayerGeometry geometry, bool isNetworkInput, int channels, Reporter reporter)
    {
        if (spec.Bounds is { } bounds && LayerRules.Applies("bounds", spec.Op))
        {
            Window window = geometry.Window;
            long pixelBytes = isNetworkInput ? channels : (channels + 3L) / 4 * 4;
            long groups = spec.Groups > 1 || window.IsDilated
                ? (long)window.KernelHeight * window.KernelWidth * (((channels / spec.Groups) + 3L) / 4)
                : window.KernelHeight * (((window.KernelWidth * pixelBytes) + 3) / 4);
            CheckBounds(bounds, groups, (channels + 3L) / 4, spec.Weight is { } weight && WinogradRule.IsHalved(weight) ? 2 : 1, reporter);
            return;
        }

        if (code is null)
            return;
        long sum = Saturating.Product(code.MaxLevel, spec.Weight!.Largest, geometry.Products);
        if (sum > int.MaxValue)
        {
            reporter.Report(
                "BKG012",
                "weight",
                $"a sum of {geometry.Products} products may reach {sum}, beyond 32 bits; 'bounds' proved from the weights could show less.");
        }
    }

    /// <summary>Checks an average, whose window of levels is summed before it is divided.</summary>
    /// <param name="code">What it reads.</param>
    /// <param name="window">Its window.</param>
    /// <param name="reporter">Receives what is to be said.</param>
    public static void CheckAverage(Code code, Window window, Reporter reporter)
    {
        long sum = Saturating.Product(code.MaxLevel, window.KernelHeight, window.KernelWidth);
        if (sum > int.MaxValue)
            reporter.Report("BKG012", "input", $"a sum of {window.KernelHeight} · {window.KernelWidth} levels may reach {sum}, beyond 32 bits.", 0);
    }

    private static void CheckBounds(BoundsSpec bounds, long groups, long channelGroups, int parts, Reporter reporter)
    {
        if (bounds.Pair < 0)
            reporter.Report("BKG012", "bounds.pair", "'pair' is a magnitude, so at least 0.");
        if (bounds.Steps < 0 || bounds.Steps > groups)
            reporter.Report("BKG012", "bounds.steps", $"'steps' must be 0 to {groups}, the groups of four products in one sum.");
        if (bounds.Sum < 0)
            reporter.Report("BKG012", "bounds.sum", "'sum' is a magnitude, so at least 0.");
        CheckChunks("winograd-2x2", bounds.Winograd2, 16);
        CheckChunks("winograd-4x4", bounds.Winograd4, 46 * parts);
        if (bounds.Steps >= 1 && bounds.Pair > short.MaxValue)
            reporter.Report("BKG012", "bounds.pair", $"a pair of {bounds.Pair} does not fit 16 bits, so 'steps' would be 0.");

        void CheckChunks(string name, int chunks, int positions)
        {
            if (chunks != 0 && (chunks < positions || chunks > positions * channelGroups))
            {
                reporter.Report(
                    "BKG012", $"bounds.{name}", $"'{name}' counts the 16-bit sums of {positions} products, so it is {positions} to {positions * channelGroups}.");
            }
        }
    }
}

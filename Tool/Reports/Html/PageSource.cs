using BitKernelGen.Calibration.Records;
using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>What the page is made from.</summary>
/// <param name="Network">The profile's meaning.</param>
/// <param name="Report">All that is known in numbers.</param>
/// <param name="Record">What calibration saw; null where there is no record.</param>
/// <param name="RecordPath">Where the record would be.</param>
/// <param name="Missing">What else the page can't show, and how to get it.</param>
internal sealed record PageSource(Network Network, Report Report, CalibrationRecord? Record, string RecordPath, IReadOnlyList<string> Missing)
{
    /// <summary>The layers as reported.</summary>
    public IReadOnlyList<LayerReport> Layers => Report.Layers!;
}

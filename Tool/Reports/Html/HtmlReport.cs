namespace BitKernelGen.Tool.Reports.Html;

/// <summary>A profile as one HTML page that needs nothing else: no script, no network, no other file.</summary>
internal static class HtmlReport
{
    // So many layers have room enough in half the page's width.
    private const int Shallow = 16;

    /// <summary>The page.</summary>
    public static string Render(PageSource source) => HtmlTemplate.Render("page", new
    {
        Css = HtmlTemplate.ReadResource("report.css"),
        source.Report.Model,
        Header.Of(source).Subtitle,
        Header.Of(source).Tiles,
        Missing = MissingOf(source),
        Figures = Overview.Of(source),
        IsShallow = source.Layers.Count <= Shallow,
        Table = HtmlTemplate.Render("table", LayersTable.Of(source.Layers)),
        Cards = Cards(source),
        Provenance = Provenance.Of(source),
    });

    private static IReadOnlyList<string> MissingOf(PageSource source) => source.Record is not null ? source.Missing :
    [
        $"Rate-distortion curves, histograms, weight error, output SQNR and accuracy: there is no calibration record {source.RecordPath}. "
            + "'bitkernel quantize' writes one beside the profile.",
        .. source.Missing,
    ];

    private static IReadOnlyList<string> Cards(PageSource source)
    {
        double maxDb = LayerCard.MaxDecibels(source.Record);
        return
        [
            .. Enumerable.Range(0, source.Network.Tensors.Count)
                .Select(tensor => HtmlTemplate.Render("card", LayerCard.Of(source, tensor, maxDb))),
        ];
    }
}

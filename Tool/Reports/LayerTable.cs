using System.Globalization;
using Spectre.Console;

namespace BitKernelGen.Tool.Reports;

/// <summary>Layers as people read them; a column that no layer fills is left out.</summary>
internal static class LayerTable
{
    private static readonly (string Header, bool IsNumber, Func<LayerReport, string?> Cell)[] Columns =
    [
        ("layer", false, layer => layer.Name),
        ("operation", false, layer => layer.Op),
        ("output", false, layer => string.Join('x', layer.Shape)),
        ("MACs", true, layer => layer.Macs == 0 ? null : layer.Macs.ToString("N0", CultureInfo.InvariantCulture)),
        ("weight bytes", true, layer => layer.WeightBytes?.ToString("N0", CultureInfo.InvariantCulture)),
        ("weight bits", true, layer => layer.WeightBits?.ToString(CultureInfo.InvariantCulture)),
        ("code bits", true, layer => layer.CodeBits?.ToString(CultureInfo.InvariantCulture)),
        ("skip bits", true, layer => layer.SkipBits?.ToString(CultureInfo.InvariantCulture)),
        ("coefficients", false, layer => CoefficientText.Short(layer.Coefficients)),
        ("PSNR, dB", true, layer => Decibels(layer.PsnrDb)),
        ("weight SQNR, dB", true, layer => Decibels(layer.WeightSqnrDb)),
        ("output SQNR, dB", true, layer => Decibels(layer.SqnrDb)),
        ("strategy", false, layer => layer.Strategy),
        ("cycles", true, layer => layer.Cycles?.ToString("N0", CultureInfo.InvariantCulture)),
    ];

    public static Table Of(IReadOnlyList<LayerReport> layers)
    {
        var table = new Table().Border(TableBorder.Simple);
        var shown = Columns.Where(column => layers.Any(layer => column.Cell(layer) is { Length: > 0 })).ToArray();
        foreach ((string header, bool isNumber, _) in shown)
        {
            var column = new TableColumn(header).NoWrap();
            table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        foreach (LayerReport layer in layers)
            table.AddRow([.. shown.Select(column => Markup.Escape(column.Cell(layer) ?? ""))]);
        return table;
    }

    private static string? Decibels(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>The layers in rows, with a bar behind the numbers that are worth comparing; a column that no layer fills is left out.</summary>
/// <param name="Headers">The columns.</param>
/// <param name="Rows">The layers.</param>
internal sealed record LayersTable(IReadOnlyList<TableHeader> Headers, IReadOnlyList<TableRow> Rows)
{
    private static readonly Column[] Columns =
    [
        new("output", "", layer => string.Join('×', layer.Shape)),
        new("MACs", "number", layer => layer.Macs == 0 ? null : Numbers.Count(layer.Macs), layer => layer.Macs),
        new("weights", "number", layer => layer.WeightBytes is { } bytes ? Numbers.Bytes(bytes) : null, layer => layer.WeightBytes),
        new("weight bits", "number", layer => layer.WeightBits?.ToString(CultureInfo.InvariantCulture)),
        new("weight SQNR", "number", layer => Decibels(layer.WeightSqnrDb)),
        new("code bits", "number", layer => layer.CodeBits?.ToString(CultureInfo.InvariantCulture), layer => layer.CodeBits),
        new("skip bits", "number", layer => layer.SkipBits?.ToString(CultureInfo.InvariantCulture)),
        new("coefficients", "coefficients", layer => layer.Coefficients.Count == 0 ? null : CoefficientText.Short(layer.Coefficients)),
        new("code PSNR", "number", layer => Decibels(layer.PsnrDb)),
        new("output SQNR", "number", layer => Decibels(layer.SqnrDb), layer => layer.SqnrDb),
        new("strategy", "strategy", layer => layer.Strategy),
    ];

    public static LayersTable Of(IReadOnlyList<LayerReport> layers)
    {
        Column[] shown = [.. Columns.Where(column => layers.Any(layer => column.Text(layer) is { Length: > 0 }))];
        double[] largest = [.. shown.Select(column => column.Value is null ? 0 : layers.Max(layer => column.Value(layer) ?? 0))];
        return new LayersTable(
            [.. shown.Select(column => new TableHeader(column.Header, column.Style))],
            [
                .. layers.Select((layer, index) => new TableRow(
                    index + 1,
                    layer.Name,
                    layer.Op,
                    [
                        .. shown.Select((column, i) => new TableCell(
                            column.Text(layer) ?? "",
                            column.Style,
                            largest[i] > 0 && column.Value!(layer) is > 0 and { } value ? Share(value / largest[i]) : "")),
                    ])),
            ]);
    }

    private static string? Decibels(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture).Replace('-', '−');

    private static string Share(double share) => share.ToString("0.###", CultureInfo.InvariantCulture);

    private sealed record Column(string Header, string Style, Func<LayerReport, string?> Text, Func<LayerReport, double?>? Value = null);
}

/// <summary>A column's head.</summary>
internal sealed record TableHeader(string Text, string Style);

/// <summary>A layer.</summary>
internal sealed record TableRow(int Number, string Name, string Op, IReadOnlyList<TableCell> Cells);

/// <summary>A number of a layer; its bar's length, a share of 0 to 1, is empty for none.</summary>
internal sealed record TableCell(string Text, string Style, string Length);

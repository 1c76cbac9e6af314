using System.Globalization;
using System.Text;

namespace BitKernelGen;

/// <summary>What a model is made of, as text.</summary>
internal static class ModelText
{
    private static readonly string[] Header = ["layer", "operation", "output", "weights", "code", "MACs", "bytes", "kernel"];

    public static string Of(ModelInfo info)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{info.Name}: {Shape(info.InputShape)} in, {info.OutputLength} out, {info.InstructionSet}; ");
        text.Append(CultureInfo.InvariantCulture, $"{info.WeightBytes:N0} bytes of weights (float32: {info.FloatWeightBytes:N0}), ");
        text.Append(CultureInfo.InvariantCulture, $"{info.ArenaBytes:N0} for each concurrent call (float32: {info.FloatArenaBytes:N0})");
        string[][] rows = [Header, .. info.Layers.Select(Row)];
        int[] widths = [.. Header.Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            string[] cells = [.. row.Select((cell, column) => Header[column] is "MACs" or "bytes" ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))];
            text.Append('\n').Append(string.Join("  ", cells).TrimEnd());
        }

        return text.ToString();
    }

    public static string[] Row(LayerInfo layer) =>
    [
        layer.Name, layer.Op, Shape(layer.OutputShape), Bits(layer.WeightBits), Code(layer), Number(layer.Macs), Number(layer.WeightBytes), layer.Strategy,
    ];

    private static string Code(LayerInfo layer) =>
        layer.CodeBits == 0 && layer.SkipBits == 0 ? "float32"
        : layer.SkipBits == 0 ? Bits(layer.CodeBits)
        : $"{Bits(layer.CodeBits)} skip {Bits(layer.SkipBits)}".TrimStart();

    private static string Shape(IReadOnlyList<int> shape) => string.Join('x', shape);

    private static string Bits(int bits) => bits == 0 ? "" : $"{bits} bit";

    private static string Number(long value) => value == 0 ? "" : value.ToString("N0", CultureInfo.InvariantCulture);
}

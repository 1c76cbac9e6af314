using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The lookups of a tile. Its 8-bit sums are in registers with the entries of a group of channels; each table is loaded once, negated,
/// and looked up by all places of the window that meet its pixel. A chunk's sums go to memory.
/// </summary>
internal sealed class ActivationTableTileEmitter(SourceWriter writer, ActivationTableTile tile, int rowAddresses)
{
    private const int Lanes = ActivationTableTile.VectorOutputs;

    /// <summary>Lookups before their additions: fewer than two only where a table has no second one.</summary>
    private readonly int _batch = System.Math.Min(2, tile.Taps * tile.Vectors);

    /// <summary>What a tile takes.</summary>
    public static IReadOnlyList<(string Type, string Name)> Parameters =>
        [("ushort*", "addresses"), ("byte*", "weights"), ("byte*", "tables"), ("byte*", "chunks")];

    public void Emit(string name)
    {
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]");
        using (writer.Block($"private static void {name}({KernelWriter.Declare(Parameters)})"))
        {
            foreach (int row in Enumerable.Range(0, tile.Rows))
                Declare("byte", from column in Enumerable.Range(0, tile.Columns) from v in Vectors select Sum(row, column, v));
            foreach (int v in Vectors)
                Declare("byte", Enumerable.Range(0, tile.Taps).Select(tap => Entry(tap, v)));
            Declare("byte", ["start", "table", "negated", .. Enumerable.Range(0, _batch).Select(i => $"t{i}")]);
            using (KernelWriter.Loop(writer, "chunk", tile.Chunks))
                Chunk();
        }
    }

    private IEnumerable<int> Vectors => Enumerable.Range(0, tile.Vectors);

    private string Sum(int row, int column, int vector) => tile.Vectors == 1 ? $"s{row}{column}" : $"s{row}{column}_{vector}";

    private string Entry(int tap, int vector) => tile.Vectors == 1 ? $"w{tap}" : $"w{tap}_{vector}";

    private void Declare(string element, IEnumerable<string> names) => writer.Line($"Vector512<{element}> {string.Join(", ", names)};");

    private IEnumerable<(int Row, int Column)> Pixels =>
        from row in Enumerable.Range(0, tile.Rows) from column in Enumerable.Range(0, tile.Columns) select (row, column);

    private void Chunk()
    {
        foreach (int v in Vectors)
        {
            writer.Line($"start = Vector512.Load({CSharp.Plus("weights", v * Lanes)});");
            writer.Line($"{string.Join(" = ", Pixels.Select(pixel => Sum(pixel.Row, pixel.Column, v)))} = start;");
        }

        writer.Line($"weights += {tile.PanelOutputs};");
        using (KernelWriter.Loop(writer, "group", tile.GroupsPerChunk))
            Group();
        foreach (((int row, int column), int i) in Pixels.Select((pixel, i) => (pixel, i)))
        {
            foreach (int v in Vectors)
                writer.Line($"{Sum(row, column, v)}.Store({CSharp.Plus("chunks", ((i * tile.Vectors) + v) * tile.Chunks * Lanes)});");
        }

        if (tile.Chunks > 1)
            writer.Line($"chunks += {Lanes};");
    }

    private void Group()
    {
        foreach (int tap in Enumerable.Range(0, tile.Taps))
        {
            foreach (int v in Vectors)
                writer.Line($"{Entry(tap, v)} = Vector512.Load({CSharp.Plus("weights", ((tap * tile.Vectors) + v) * Lanes)});");
        }

        (int rows, int columns) = tile.Region;
        foreach (int y in Enumerable.Range(0, rows))
        {
            foreach (int x in Enumerable.Range(0, columns))
                Table(y, x);
        }

        writer.Line($"weights += {tile.Taps * tile.PanelOutputs};");
        writer.Line("addresses++;");
    }

    /// <summary>An input pixel's table, for all sums that its levels are a part of.</summary>
    private void Table(int y, int x)
    {
        var uses =
            from pixel in Pixels
            let kernelRow = y - (pixel.Row * tile.Window.StrideHeight)
            let kernelColumn = x - (pixel.Column * tile.Window.StrideWidth)
            where kernelRow >= 0 && kernelRow < tile.Window.KernelHeight && kernelColumn >= 0 && kernelColumn < tile.Window.KernelWidth
            from v in Vectors
            select (Sum: Sum(pixel.Row, pixel.Column, v), Entry: Entry((kernelRow * tile.Window.KernelWidth) + kernelColumn, v));
        (string Sum, string Entry)[] all = [.. uses];
        if (all.Length == 0)
            return;

        writer.Line($"table = Vector512.Load(tables + addresses[{(y * rowAddresses) + (x * tile.Groups)}]);");
        writer.Line("negated = Vector512<byte>.Zero - table;");
        for (int i = 0; i < all.Length; i += _batch)
        {
            (string Sum, string Entry)[] batch = [.. all.Skip(i).Take(_batch)];
            for (int j = 0; j < batch.Length; j++)
                writer.Line($"t{j} = Avx512Vbmi.PermuteVar64x8x2(table, {batch[j].Entry}, negated);");
            for (int j = 0; j < batch.Length; j++)
                writer.Line($"{batch[j].Sum} += t{j};");
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// Four outputs of blocks of pixels: lookups into 8-bit sums, which go to memory chunk by chunk; their 16-bit sums, even and odd pixels
/// apart; and four of these to each pixel, in 32 bits.
/// </summary>
internal sealed class WeightTableTileEmitter(SourceWriter writer, WeightTableTile tile, WeightTableImage image)
{
    private const int Quad = WeightTableTile.Quad;

    /// <summary>Lookups of an output that stand one after the other.</summary>
    private const int MaxUnrolled = 9;

    private readonly Isa _isa = tile.Isa;

    /// <summary>Lookups before their additions.</summary>
    private int Batch => Math.Min(_isa.Registers >= 32 ? 4 : 2, tile.IndexVectors);

    /// <summary>Bytes of a vector.</summary>
    private int Vector => _isa.Bytes;

    /// <summary>Bytes from a chunk's 8-bit sums of four outputs to the next one's.</summary>
    private int ChunkStep => Quad * tile.IndexVectors * Vector;

    private IEnumerable<int> Outputs => Enumerable.Range(0, tile.Outputs);

    private IEnumerable<int> Vectors => Enumerable.Range(0, tile.IndexVectors);

    /// <summary>What a tile takes.</summary>
    public static IReadOnlyList<(string Type, string Name)> Parameters =>
        [("byte*", "planes"), ("byte*", "tables"), ("byte*", "chunks"), ("int*", "sums"), ("int", "blocks")];

    public void Emit()
    {
        using (KernelWriter.Method(writer, $"Tile{_isa.Name}", Parameters))
        {
            foreach (int output in Outputs)
                Declare("byte", Vectors.Select(v => Sum(output, v)));
            Declare("byte", [.. Vectors.Select(v => $"x{v}"), "table", .. Enumerable.Range(0, Batch).Select(i => $"t{i}")]);
            Declare("ushort", [.. Enumerable.Range(0, Quad).SelectMany(i => new[] { $"even{i}", $"odd{i}" }), "sum", "low", "high"]);
            using (writer.Block("for (int block = 0; block < blocks; block++)"))
            {
                writer.Line("byte* next = tables, chunk, index;");
                using (KernelWriter.Loop(writer, "part", Quad / tile.Outputs))
                    Lookups();
                for (int vector = 0; vector < tile.Vectors; vector++)
                    Sums(vector);
                writer.Line($"planes += {tile.BlockPixels};");
                writer.Line($"sums += {tile.BlockPixels * tile.PanelOutputs};");
            }
        }
    }

    private void Declare(string element, IEnumerable<string> names) => writer.Line($"{_isa.Vector}<{element}> {string.Join(", ", names)};");

    private static string Sum(int output, int vector) => $"s{output}{vector}";

    /// <summary>All chunks of some outputs.</summary>
    private void Lookups()
    {
        (int groups, int rows, int columns) = tile.Chunk;
        bool isSplit = groups < tile.Groups, isWhole = rows == tile.Window.KernelHeight && columns == tile.Window.KernelWidth;
        writer.Line("byte* group = planes;");
        writer.Line(tile.Outputs == Quad ? "chunk = chunks;" : $"chunk = chunks + (part * {tile.Outputs * tile.IndexVectors * Vector});");
        using (writer.BlockIf(isSplit, $"for (int first = 0; first < {tile.Groups}; {(groups == 1 ? "first++" : $"first += {groups}")})"))
        {
            using (KernelWriter.Loop(writer, "top", tile.Window.KernelHeight / rows))
            {
                for (int column = 0; column < tile.Window.KernelWidth; column += columns)
                {
                    Chunk(groups, rows, column, columns);
                    foreach (int output in Outputs)
                    {
                        foreach (int v in Vectors)
                            writer.Line($"{Sum(output, v)}.Store({CSharp.Plus("chunk", ((output * tile.IndexVectors) + v) * Vector)});");
                    }

                    writer.Line($"chunk += {ChunkStep};");
                }
            }

            if (!isWhole)
                writer.Line($"group += {image.GroupPitch};");
        }
    }

    /// <summary>The lookups of a chunk: one after the other where they are few, else in loops over groups and rows.</summary>
    private void Chunk(int groups, int rows, int column, int columns)
    {
        bool isAllRows = rows == tile.Window.KernelHeight, isWhole = isAllRows && columns == tile.Window.KernelWidth;
        int bodyRows = rows * columns <= MaxUnrolled && (isAllRows || tile.Window.StrideHeight == 1) ? rows : 1;
        int bodyGroups = bodyRows < rows || !isWhole ? 1
            : Enumerable.Range(1, Math.Max(1, MaxUnrolled / (rows * columns))).Last(size => groups % size == 0 && tile.Groups % groups % size == 0);
        int count = bodyGroups * bodyRows * columns;
        bool startsAtZero = groups > bodyGroups || rows > bodyRows || count == 1;
        if (startsAtZero)
            writer.Line($"{string.Join(" = ", Outputs.SelectMany(output => Vectors.Select(v => Sum(output, v))))} = {_isa.Vector}<byte>.Zero;");
        string last = tile.Groups % groups == 0 ? $"{groups}" : $"Math.Min({groups}, {tile.Groups} - first)";
        using (writer.BlockIf(groups > bodyGroups, $"for (int i = 0; i < {last}; {(bodyGroups == 1 ? "i++" : $"i += {bodyGroups}")})"))
        {
            string top = isAllRows ? "" : rows == 1 ? "top" : $"(top * {rows})";
            using (KernelWriter.Loop(writer, "row", rows / bodyRows))
            {
                string row = bodyRows == rows ? top : top.Length == 0 ? "row" : $"({top} + row)";
                writer.Line($"index = group{(row.Length == 0 ? "" : $" + {Row(row)}")};");
                (int Group, int Row, int Column)[] places =
                [
                    .. from g in Enumerable.Range(0, bodyGroups)
                       from r in Enumerable.Range(0, bodyRows)
                       from c in Enumerable.Range(column, columns)
                       select (g, r, c),
                ];
                for (int place = 0; place < count; place++)
                    Place((places[place].Group * image.GroupPitch) + image.Place(places[place].Row, places[place].Column), place, isFirst: place == 0 && !startsAtZero);
                writer.Line($"next += {count * tile.Outputs * WeightTableTile.Bytes};");
            }

            if (isWhole)
                writer.Line($"group += {bodyGroups * image.GroupPitch};");
        }
    }

    /// <summary>Where a row of the window is.</summary>
    private string Row(string row)
    {
        int stride = tile.Window.StrideHeight, phase = image.Phases.Columns * image.PhasePitch;
        return stride == 1 || tile.Window.KernelHeight == 1
            ? $"({row} * {image.RowPixels})"
            : $"({row} % {stride} * {phase}) + ({row} / {stride} * {image.RowPixels})";
    }

    /// <summary>A place of the window in a group of channels: each table is loaded once for all its indices.</summary>
    private void Place(int distance, int place, bool isFirst)
    {
        foreach (int v in Vectors)
        {
            int at = distance + (v / tile.Planes * Vector) + (v % tile.Planes * image.PlanePitch);
            writer.Line($"x{v} = {_isa.Vector}.Load({CSharp.Plus("index", at)});");
        }

        foreach (int output in Outputs)
        {
            writer.Line($"table = {Table(CSharp.Plus("next", ((place * tile.Outputs) + output) * WeightTableTile.Bytes))};");
            for (int first = 0; first < tile.IndexVectors; first += Batch)
            {
                int[] batch = [.. Vectors.Skip(first).Take(Batch)];
                if (isFirst)
                {
                    foreach (int v in batch)
                        writer.Line($"{Sum(output, v)} = {Lookup($"x{v}")};");
                    continue;
                }

                foreach (int v in batch)
                    writer.Line($"t{v - first} = {Lookup($"x{v}")};");
                foreach (int v in batch)
                    writer.Line($"{Sum(output, v)} += t{v - first};");
            }
        }
    }

    private string Table(string pointer) =>
        _isa == Isa.Avx512 ? $"Avx512F.BroadcastVector128ToVector512((int*){CSharp.Operand(pointer)}).AsByte()"
        : _isa == Isa.Avx2 ? $"Avx2.BroadcastVector128ToVector256({pointer})"
        : $"Vector128.Load({pointer})";

    private string Lookup(string index) =>
        _isa.MultipliesSignedBytes ? $"AdvSimd.Arm64.VectorTableLookup(table, {index})"
        : _isa == Isa.PackedSimd ? $"PackedSimd.Swizzle(table, {index})"
        : $"{(_isa == Isa.Sse ? "Ssse3" : _isa.Integer)}.Shuffle(table, {index})";

    /// <summary>From the 8-bit sums of a vector of pixels to four 32-bit sums at each.</summary>
    private void Sums(int vector)
    {
        string[] even = [.. Enumerable.Range(0, Quad).Select(i => $"even{i}")], odd = [.. Enumerable.Range(0, Quad).Select(i => $"odd{i}")];
        for (int pass = 0; pass < tile.Passes; pass++)
        {
            int highest = tile.Planes - 1 - pass, lowest = tile.Passes == 1 ? 0 : highest;
            writer.Line($"{string.Join(" = ", even.Concat(odd))} = {_isa.Vector}<ushort>.Zero;");
            for (int plane = highest; plane >= lowest; plane--)
            {
                if (plane < highest)
                {
                    foreach (string sum in even.Concat(odd))
                        writer.Line($"{sum} += {sum};");
                }

                Plane((vector * tile.Planes) + plane);
            }

            for (int i = 0; i < Quad; i++)
                writer.Line($"{even[i]} -= {odd[i]} << 8;");
            Store(even, vector * Vector, pass);
            Store(odd, (vector * Vector) + 1, pass);
        }
    }

    /// <summary>Adds the chunks of a plane: to even pixels whole words, of which the odd ones' part is taken off at the end.</summary>
    private void Plane(int indexVector)
    {
        bool isOne = tile.Chunks == 1;
        if (!isOne)
            writer.Line("chunk = chunks;");
        using (writer.BlockIf(!isOne, $"for (int i = 0; i < {tile.Chunks}; i++, chunk += {ChunkStep})"))
        {
            for (int output = 0; output < Quad; output++)
            {
                int at = ((output * tile.IndexVectors) + indexVector) * Vector;
                writer.Line($"sum = {_isa.Vector}.Load((ushort*){CSharp.Operand(CSharp.Plus(isOne ? "chunks" : "chunk", at))});");
                writer.Line($"even{output} += sum;");
                writer.Line($"odd{output} += sum >>> 8;");
            }
        }
    }

    /// <summary>Stores every second pixel of a vector.</summary>
    private void Store(string[] outputs, int pixel, int pass)
    {
        string method = pass == 0 ? "Store" : "Add";
        string zero = $"{_isa.Vector}<ushort>.Zero";
        for (int half = 0; half < 2; half++)
        {
            string zip = half == 0 ? "Low" : "High";
            writer.Line($"low = Lanes.{zip}({outputs[0]}, {outputs[1]});");
            writer.Line($"high = Lanes.{zip}({outputs[2]}, {outputs[3]});");
            for (int quarter = 0; quarter < 2; quarter++)
            {
                writer.Line($"sum = Lanes.{(quarter == 0 ? "Low" : "High")}(low.AsUInt32(), high.AsUInt32()).AsUInt16();");
                for (int i = 0; i < 2; i++)
                {
                    int at = pixel + (2 * ((4 * half) + (2 * quarter) + i));
                    writer.Line($"Lanes.{method}(Lanes.{(i == 0 ? "Low" : "High")}(sum, {zero}).AsUInt32(), {CSharp.Plus("sums", at * tile.PanelOutputs)}, {16 * tile.PanelOutputs});");
                }
            }
        }
    }
}

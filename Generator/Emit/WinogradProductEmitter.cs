using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The products of Winograd: for each position a group of tiles by a panel of outputs, 16-bit sums in registers, multiplied by the
/// position's factor as they are widened.
/// </summary>
internal sealed class WinogradProductEmitter(SourceWriter writer, WinogradTile tile)
{
    private readonly Isa _isa = tile.Isa;

    private IReadOnlyList<(int Tile, int Vector)> Sums { get; } =
        [.. Enumerable.Range(0, tile.Tiles).SelectMany(t => Enumerable.Range(0, tile.Vectors).Select(v => (t, v)))];

    public void Emit()
    {
        (string, string)[] parameters = [("byte*", "data"), ("sbyte*", "weights"), ("WinogradStep*", "steps"), ("int*", "sums")];
        writer.Line();
        writer.Line(tile.WidensLast
            ? $"// {tile.Tiles} tiles by {tile.PanelOutputs} outputs: 16-bit sums, one for either pair of a group of four channels."
            : $"// {tile.Tiles} tiles by {tile.PanelOutputs} outputs: first the positions{(tile.IsHalved ? " of high and low halves" : "")} whose channels all fit 16-bit sums, then the others in chunks.");
        writer.Line(KernelWriter.Optimized);
        using (writer.Block($"private static void Products{_isa.Name}({KernelWriter.Declare(parameters)})"))
        {
            writer.Line("WinogradStep* step = steps + 1, chunks = step + steps->Groups;");
            using (writer.Block("for (; step < chunks; step++)"))
            {
                Start();
                Whole();
                if (tile.WidensLast)
                    Keep();
                else
                    Widen(mayContinue: tile.IsHalved);
            }

            if (!tile.WidensLast)
                writer.Line($"if (steps->Sums > 0)\n    Chunks{_isa.Name}(data, weights, step, steps->Sums, sums);");
        }

        if (tile.WidensLast)
            return;
        using (KernelWriter.Method(writer, $"Chunks{_isa.Name}", [("byte*", "data"), ("sbyte*", "weights"), ("WinogradStep*", "step"), ("int", "count"), ("int*", "sums")]))
        using (writer.Block("for (; count > 0; count--, step++)"))
        {
            Start();
            Declare(isZero: true);
            using (writer.Block("for (int i = step->Groups; i > 0; i--)"))
            {
                Group(0, false);
                writer.Line("levels += 4;");
                writer.Line($"panel += {GroupBytes};");
            }

            Widen(mayContinue: true);
        }
    }

    private void Start()
    {
        writer.Line("byte* levels = data + step->Data;");
        writer.Line("sbyte* panel = weights + step->Weights;");
    }

    private int GroupBytes => tile.PanelOutputs * 4;

    private string Sum((int Tile, int Vector) sum) => tile.Vectors == 1 ? $"s{sum.Tile}" : $"s{sum.Tile}_{sum.Vector}";

    /// <summary>All groups of a position: the first ones begin the sums, so that nothing is added to zero.</summary>
    private void Whole()
    {
        int unroll = new[] { 4, 3, 2, 1 }.First(size => tile.Groups % size == 0);
        Declare(isZero: false);
        Body(true);
        using (writer.BlockIf(tile.Groups > unroll, $"for (int i = {unroll}; i < {tile.Groups}; i += {unroll})"))
        {
            if (tile.Groups > unroll)
                Body(false);
        }

        void Body(bool isFirst)
        {
            for (int group = 0; group < unroll; group++)
                Group(group, isFirst && group == 0);
            if (tile.Groups == unroll)
                return;
            writer.Line($"levels += {4 * unroll};");
            writer.Line($"panel += {unroll * GroupBytes};");
        }
    }

    private void Declare(bool isZero)
    {
        foreach (IGrouping<int, (int Tile, int Vector)> row in Sums.GroupBy(sum => sum.Tile))
            writer.Line($"{_isa.Vector}<short> {string.Join(", ", row.Select(sum => isZero ? $"{Sum(sum)} = {_isa.Vector}<short>.Zero" : Sum(sum)))};");
        writer.Line($"{_isa.Vector}<sbyte> {string.Join(", ", Enumerable.Range(0, tile.Vectors).Select(v => $"w{v}"))};");
        writer.Line($"{_isa.Vector}<byte> {(tile.Tiles > 1 ? "x0, x1" : "x0")};");
        if (isZero || tile.Groups > 1)
            writer.Line($"{_isa.Vector}<short> {(Sums.Count > 1 ? "t0, t1" : "t0")};");
    }

    /// <summary>One group of four channels for all tiles: products in pairs, then their sums.</summary>
    private void Group(int group, bool isFirst)
    {
        for (int v = 0; v < tile.Vectors; v++)
            writer.Line($"w{v} = {_isa.Vector}.Load({CSharp.Plus("panel", (group * GroupBytes) + (v * _isa.Bytes))});");
        int loaded = -1;
        for (int i = 0; i < Sums.Count; i += 2)
        {
            (int Tile, int Vector)[] pair = [.. Sums.Skip(i).Take(2)];
            foreach (int t in pair.Select(sum => sum.Tile).Distinct().Where(t => t > loaded))
            {
                writer.Line($"x{t % 2} = {_isa.Vector}.Create(*(int*){CSharp.Operand(CSharp.Plus("levels", (t * tile.TileBytes) + (group * 4)))}).AsByte();");
                loaded = t;
            }

            for (int j = 0; j < pair.Length; j++)
                writer.Line($"{(isFirst ? Sum(pair[j]) : $"t{j}")} = {_isa.Integer}.MultiplyAddAdjacent(x{pair[j].Tile % 2}, w{pair[j].Vector});");
            for (int j = 0; j < pair.Length && !isFirst; j++)
                writer.Line($"{Sum(pair[j])} += t{j};");
        }
    }

    private string Target((int Tile, int Vector) sum) => CSharp.Plus("target", (sum.Tile * tile.PanelOutputs) + (sum.Vector * _isa.Lanes));

    private void Keep()
    {
        writer.Line();
        writer.Line("int* target = sums + step->Sums;");
        foreach ((int Tile, int Vector) sum in Sums)
            writer.Line($"{Sum(sum)}.AsInt32().Store({Target(sum)});");
    }

    /// <summary>Begins a position's 32-bit sums, or adds to those of a step before.</summary>
    private void Widen(bool mayContinue)
    {
        writer.Line();
        writer.Line($"{_isa.Vector}<short> factor = {_isa.Vector}.Create(step->Factor).AsInt16();");
        writer.Line("int* target = sums + step->Sums;");
        if (mayContinue)
        {
            using (writer.Block("if (step->Continues != 0)"))
            {
                foreach ((int Tile, int Vector) sum in Sums)
                    writer.Line($"({_isa.Vector}.Load({Target(sum)}) + {Widened(sum)}).Store({Target(sum)});");
                writer.Line("continue;");
            }
        }

        foreach ((int Tile, int Vector) sum in Sums)
            writer.Line($"{Widened(sum)}.Store({Target(sum)});");

        string Widened((int Tile, int Vector) sum) => $"{_isa.Integer}.MultiplyAddAdjacent({Sum(sum)}, factor)";
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The innermost loops: a tile of pixels by a panel of outputs. Products come in pairs and then their sums, because the JIT keeps
/// the order of statements and the adds would otherwise wait for the products.
/// </summary>
internal sealed class TileEmitter(SourceWriter writer, ProductKernel kernel, ProductTile tile, int pixels)
{
    private readonly Isa _isa = tile.Isa;
    private readonly int _vectors = tile.Vectors;

    private string Multiply(string x, string w) => $"{_isa.Integer}.MultiplyAddAdjacent({x}, {w})";

    private string Vector(string element) => $"{_isa.Vector}<{element}>";

    private int PixelStep => kernel.StrideWidth * kernel.InputPixelBytes;

    /// <summary>Bytes of weights for one group.</summary>
    private int GroupWeights => _vectors * _isa.Lanes * tile.Group;

    public void Emit(string name, (string Type, string Name)[] parameters)
    {
        using (KernelWriter.Method(writer, name, parameters))
        {
            switch (tile.Accumulation)
            {
                case Accumulation.Deep:
                    Deep();
                    break;
                case Accumulation.Short:
                    Short();
                    break;
                default:
                    Wide();
                    break;
            }
        }
    }

    private IEnumerable<(int Pixel, int Vector)> Sums =>
        Enumerable.Range(0, pixels).SelectMany(p => Enumerable.Range(0, _vectors).Select(v => (p, v)));

    private string Sum(int pixel, int vector) => _vectors == 1 ? $"s{pixel}" : $"s{pixel}_{vector}";

    private string SumsAt(int pixel, int vector) => CSharp.Plus("sums", (pixel * tile.PanelOutputs) + (vector * _isa.Lanes));

    private void DeclareSums(string element)
    {
        foreach (IGrouping<int, (int Pixel, int Vector)> row in Sums.GroupBy(sum => sum.Pixel))
            writer.Line($"{Vector(element)} {string.Join(", ", row.Select(sum => $"{Sum(sum.Pixel, sum.Vector)} = {Vector(element)}.Zero"))};");
    }

    private void DeclareTemporaries(string weight, string level, string product, int weightGroups)
    {
        for (int g = 0; g < weightGroups; g++)
            writer.Line($"{Vector(weight)} {string.Join(", ", Enumerable.Range(0, _vectors).Select(v => Weight(g, v)))};");

        // Pairs of groups where a chunk's weights are all in registers, of pixels and sums otherwise.
        bool isShort = tile.Accumulation == Accumulation.Short;
        writer.Line($"{Vector(level)} {((isShort ? weightGroups : pixels) > 1 ? "x0, x1" : "x0")};");
        writer.Line($"{Vector(product)} {((isShort ? weightGroups : pixels * _vectors) > 1 ? "t0, t1" : "t0")};");
    }

    private string Weight(int group, int vector) => tile.Accumulation == Accumulation.Short ? $"w{group}_{vector}" : $"w{vector}";

    /// <summary>16-bit sums in registers; the chunk is whole rows, or an equal part of a row.</summary>
    private void Deep()
    {
        bool isOneChunk = tile.ChunkRows >= kernel.KernelHeight;
        if (!isOneChunk)
        {
            // The 32-bit sums are in memory: they are touched only once a chunk.
            foreach ((int p, int v) in Sums)
                writer.Line($"{Vector("int")}.Zero.Store({SumsAt(p, v)});");
        }

        if (tile.ChunkRows == 1 || tile.ChunkRows == 0 || isOneChunk)
        {
            int rowsAtOnce = isOneChunk ? kernel.KernelHeight : 1;
            using (KernelWriter.Loop(writer, "chunk", kernel.KernelHeight / rowsAtOnce * (tile.GroupsPerRow / tile.ChunkGroups)))
            {
                DeepChunk(rowsAtOnce.ToString(), isOneChunk);
                if (!isOneChunk)
                    NextChunk();
            }
        }
        else
        {
            using (writer.Block($"for (int top = 0; top < {kernel.KernelHeight}; top += {tile.ChunkRows})"))
                DeepChunk($"Math.Min({tile.ChunkRows}, {kernel.KernelHeight} - top)", false);
        }
    }

    /// <summary>At the end of a row's last chunk the window goes to its next row.</summary>
    private void NextChunk()
    {
        int chunks = tile.GroupsPerRow / tile.ChunkGroups;
        if (kernel.KernelHeight == 1)
            return;
        string skip = $"input += {kernel.InputRowBytes - (tile.GroupsPerRow * tile.Group)};";
        writer.Line(chunks == 1 ? skip : $"if (chunk % {chunks} == {chunks - 1})\n    {skip}");
    }

    private void DeepChunk(string rows, bool isOneChunk)
    {
        DeclareSums("short");
        DeclareTemporaries("sbyte", "byte", "short", 1);
        bool hasRowLoop = rows != "1";
        using (writer.BlockIf(hasRowLoop, $"for (int row = {rows}; row > 0; row--)"))
        {
            int unroll = Unroll(tile.ChunkGroups);
            using (KernelWriter.Loop(writer, "i", tile.ChunkGroups / unroll))
            {
                for (int group = 0; group < unroll; group++)
                {
                    LoadWeights(0, group);
                    Products(0, group, "AsByte");
                }

                writer.Line($"input += {unroll * tile.Group};");
                writer.Line($"weights += {unroll * GroupWeights};");
            }

            if (hasRowLoop)
                writer.Line($"input += {kernel.InputRowBytes - (tile.GroupsPerRow * tile.Group)};");
        }

        writer.Line();
        foreach ((int p, int v) in Sums)
        {
            string widened = Multiply(Sum(p, v), Vector("short") + ".One");
            writer.Line(isOneChunk
                ? $"{widened}.Store({SumsAt(p, v)});"
                : $"({_isa.Vector}.Load({SumsAt(p, v)}) + {widened}).Store({SumsAt(p, v)});");
        }
    }

    private string Broadcast(string address) => $"{_isa.Vector}.Create(*(int*){CSharp.Operand(address)})";

    private void LoadWeights(int slot, int group)
    {
        for (int v = 0; v < _vectors; v++)
            writer.Line($"{Weight(slot, v)} = {_isa.Vector}.Load({CSharp.Plus("weights", (group * GroupWeights) + (v * _isa.Bytes))});");
    }

    /// <summary>One group for all pixels: broadcast four levels, multiply by each vector of weights, add.</summary>
    private void Products(int slot, int group, string cast)
    {
        (int Pixel, int Vector)[] sums = [.. Sums];
        int loaded = -1;
        for (int i = 0; i < sums.Length; i += 2)
        {
            (int Pixel, int Vector)[] pair = [.. sums.Skip(i).Take(2)];
            foreach (int p in pair.Select(sum => sum.Pixel).Distinct().Where(p => p > loaded))
            {
                string address = CSharp.Plus("input", (p * PixelStep) + (group * tile.Group));
                writer.Line($"x{p % 2} = {Broadcast(address)}.{cast}();");
                loaded = p;
            }

            for (int j = 0; j < pair.Length; j++)
                writer.Line($"t{j} = {Multiply($"x{pair[j].Pixel % 2}", Weight(slot, pair[j].Vector))};");
            for (int j = 0; j < pair.Length; j++)
                writer.Line($"{Sum(pair[j].Pixel, pair[j].Vector)} += t{j};");
        }
    }

    /// <summary>A few groups in 16 bits, their weights in registers, each chunk widened into 32-bit sums in registers.</summary>
    private void Short()
    {
        int groups = tile.ChunkGroups, chunks = tile.GroupsPerRow / groups;
        DeclareSums("int");
        DeclareTemporaries("sbyte", "byte", "short", groups);
        writer.Line($"{Vector("short")} s;");
        using (KernelWriter.Loop(writer, "row", kernel.KernelHeight))
        {
            using (KernelWriter.Loop(writer, "chunk", chunks))
            {
                for (int g = 0; g < groups; g++)
                    LoadWeights(g, g);
                foreach ((int p, int v) in Sums)
                {
                    for (int g = 0; g < groups; g += 2)
                    {
                        int pair = Math.Min(2, groups - g);
                        for (int j = 0; j < pair; j++)
                            writer.Line($"x{j} = {Broadcast(CSharp.Plus("input", (p * PixelStep) + ((g + j) * 4)))}.AsByte();");
                        for (int j = 0; j < pair; j++)
                            writer.Line($"t{j} = {Multiply($"x{j}", Weight(g + j, v))};");
                        string sum = pair == 2 ? "t0 + t1" : "t0";
                        writer.Line(g == 0 ? $"s = {sum};" : $"s += {sum};");
                    }

                    writer.Line($"{Sum(p, v)} += {Multiply("s", Vector("short") + ".One")};");
                }

                writer.Line($"input += {groups * 4};");
                writer.Line($"weights += {groups * GroupWeights};");
            }

            if (kernel.KernelHeight > 1)
                writer.Line($"input += {kernel.InputRowBytes - (tile.GroupsPerRow * tile.Group)};");
        }

        StoreSums();
    }

    /// <summary>16-bit by 16-bit products, added in pairs to 32 bits by the instruction itself.</summary>
    private void Wide()
    {
        DeclareSums("int");
        DeclareTemporaries("short", "short", "int", 1);
        int unroll = Unroll(tile.GroupsPerRow);
        string half = _isa == Isa.Avx512 ? "Vector256" : "Vector128";
        using (KernelWriter.Loop(writer, "row", kernel.KernelHeight))
        {
            using (KernelWriter.Loop(writer, "i", tile.GroupsPerRow / unroll))
            {
                for (int group = 0; group < unroll; group++)
                {
                    for (int v = 0; v < _vectors; v++)
                    {
                        string address = CSharp.Plus("weights", (group * GroupWeights) + (v * _isa.Lanes * tile.Group));
                        writer.Line($"{Weight(0, v)} = {_isa.Integer}.ConvertTo{_isa.Vector}Int16({half}.Load({address}));");
                    }

                    Products(0, group, "AsInt16");
                }

                writer.Line($"input += {unroll * tile.Group};");
                writer.Line($"weights += {unroll * GroupWeights};");
            }

            if (kernel.KernelHeight > 1)
                writer.Line($"input += {kernel.InputRowBytes - (tile.GroupsPerRow * tile.Group)};");
        }

        StoreSums();
    }

    private void StoreSums()
    {
        writer.Line();
        foreach ((int p, int v) in Sums)
            writer.Line($"{Sum(p, v)}.Store({SumsAt(p, v)});");
    }

    /// <summary>
    /// Groups of one loop body: a divisor of all, near four, of which no two read the same activations for different pixels. The JIT
    /// would keep such vectors for later, and spill the sums for them.
    /// </summary>
    private int Unroll(int groups) =>
        new[] { 4, 3, 6, 5, 2 }.FirstOrDefault(size => groups % size == 0 && !Overlap(size)) is var size and > 0 ? size : 1;

    private bool Overlap(int unroll)
    {
        IEnumerable<int> offsets = Enumerable.Range(0, pixels).SelectMany(p => Enumerable.Range(0, unroll).Select(g => (p * PixelStep) + (g * tile.Group)));
        return offsets.Distinct().Count() < pixels * unroll;
    }
}

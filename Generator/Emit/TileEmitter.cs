using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The innermost loops: a tile of pixels by a panel of outputs. Products come in batches and then their sums, because the JIT keeps
/// the order of statements and the adds would otherwise wait for the products.
/// </summary>
internal sealed class TileEmitter(SourceWriter writer, ProductKernel kernel, ProductTile tile, int pixels)
{
    private readonly Isa _isa = tile.Isa;
    private readonly int _vectors = tile.Vectors;

    /// <summary>Products before their sums: four where there are registers for them.</summary>
    private int Batch => _isa != Isa.Avx512 ? 2 : _vectors == 3 ? 3 : 4;

    /// <summary>Broadcasts of activations in one batch, or two in turn.</summary>
    private int Broadcasts => Math.Max(2, (Batch + _vectors - 1) / _vectors);

    private string Multiply(string x, string w) => $"{_isa.Integer}.{(_isa == Isa.PackedSimd ? "Dot" : "MultiplyAddAdjacent")}({x}, {w})";

    /// <summary>Weights as 16-bit integers.</summary>
    private string LoadWide(string address) =>
        _isa == Isa.PackedSimd ? $"PackedSimd.LoadWideningVector128({address})"
        : _isa == Isa.Sse ? $"Sse41.ConvertToVector128Int16({address})"
        : $"{_isa.Integer}.ConvertTo{_isa.Vector}Int16({(_isa == Isa.Avx512 ? "Vector256" : "Vector128")}.Load({address}))";

    private string Vector(string element) => $"{_isa.Vector}<{element}>";

    private int PixelStep => kernel.StrideWidth * kernel.InputPixelBytes;

    /// <summary>Bytes of weights for one group.</summary>
    private int GroupWeights => _vectors * _isa.Lanes * tile.Group;

    /// <summary>What a tile, and the row that calls it, takes.</summary>
    public static IReadOnlyList<(string Type, string Name)> Parameters(ProductKernel kernel, ProductTile tile) =>
    [
        (tile.Accumulation == Accumulation.Wide ? "short*" : "byte*", "input"),
        ("sbyte*", "weights"),
        .. kernel.SumsBytes(tile) > 0 ? [("int*", "sums")] : Array.Empty<(string, string)>(),
        .. kernel.FinishesInTile(tile) ? [("float*", "parameters"), .. EpilogueEmitter.Parameters(kernel.Epilogue)] : Array.Empty<(string, string)>(),
    ];

    public void Emit(string name, IReadOnlyList<(string Type, string Name)> parameters)
    {
        // Inlined into a row, two tiles would exhaust the JIT's budget, and sums would go to Finish through memory.
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]");
        using (writer.Block($"private static void {name}({KernelWriter.Declare(parameters)})"))
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

    private IEnumerable<IGrouping<int, (int Pixel, int Vector)>> SumsByPixel => Sums.GroupBy(sum => sum.Pixel);

    private void DeclareSums(string element)
    {
        foreach (IGrouping<int, (int Pixel, int Vector)> row in SumsByPixel)
            writer.Line($"{Vector(element)} {string.Join(", ", row.Select(sum => $"{Sum(sum.Pixel, sum.Vector)} = {Vector(element)}.Zero"))};");
    }

    private void DeclareTemporaries(string weight, string level, string product, int weightGroups)
    {
        for (int g = 0; g < weightGroups; g++)
            writer.Line($"{Vector(weight)} {string.Join(", ", Enumerable.Range(0, _vectors).Select(v => Weight(g, v)))};");

        // Pairs of groups where a chunk's weights are all in registers, batches of pixels and sums otherwise.
        bool isShort = tile.Accumulation == Accumulation.Short;
        string Names(string name, int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"{name}{i}"));
        writer.Line($"{Vector(level)} {Names("x", isShort ? Math.Min(2, weightGroups) : Math.Min(Broadcasts, pixels))};");
        writer.Line($"{Vector(product)} {Names("t", isShort ? Math.Min(2, weightGroups) : Math.Min(Batch, pixels * _vectors))};");
    }

    private string Weight(int group, int vector) => tile.Accumulation == Accumulation.Short ? $"w{group}_{vector}" : $"w{vector}";

    /// <summary>
    /// 16-bit sums in registers; a chunk is whole rows of the window, or an equal part of one. Between chunks the 32-bit sums lie
    /// in memory: they are touched only once a chunk.
    /// </summary>
    private void Deep()
    {
        int chunks = tile.Chunks(kernel.KernelHeight);
        foreach (IGrouping<int, (int Pixel, int Vector)> row in SumsByPixel)
            writer.Line($"{Vector("short")} {string.Join(", ", row.Select(sum => Sum(sum.Pixel, sum.Vector)))};");
        DeclareTemporaries("sbyte", "byte", "short", 1);
        using (writer.BlockIf(chunks > 1, "for (int chunk = 0; ; chunk++)"))
        {
            foreach (IGrouping<int, (int Pixel, int Vector)> row in SumsByPixel)
                writer.Line($"{string.Join(" = ", row.Select(sum => Sum(sum.Pixel, sum.Vector)))} = {Vector("short")}.Zero;");
            DeepChunk(chunks);
            if (chunks > 1)
            {
                writer.Line($"if (chunk == {chunks - 1})\n    break;");
                NextChunk(chunks);
            }
        }

        Complete((p, v) => chunks == 1 ? Widened(p, v) : $"{_isa.Vector}.Load({SumsAt(p, v)}) + {Widened(p, v)}");
    }

    private string Widened(int pixel, int vector) => Multiply(Sum(pixel, vector), Vector("short") + ".One");

    /// <summary>One chunk's products.</summary>
    private void DeepChunk(int chunks)
    {
        int rows = kernel.KernelHeight;
        string count = chunks == 1 ? $"{rows}" : tile.ChunkRows <= 1 ? "1"
            : rows % tile.ChunkRows == 0 ? $"{tile.ChunkRows}"
            : $"Math.Min({tile.ChunkRows}, {rows} - (chunk * {tile.ChunkRows}))";
        using (writer.BlockIf(count != "1", $"for (int row = {count}; row > 0; row--)"))
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
                writer.Line($"weights += {(tile.IsPacked ? unroll * GroupWeights * kernel.ResidentBits(tile) / 8 : unroll * GroupWeights)};");
            }

            if (count != "1")
                NextRow();
        }
    }

    /// <summary>The sums of a chunk that is not the last go to memory.</summary>
    private void NextChunk(int chunks)
    {
        int chunksOfRow = tile.ChunkRows > 0 ? 1 : tile.GroupsPerRow / tile.ChunkGroups;
        if (tile.ChunkRows <= 1 && kernel.KernelHeight > 1)
        {
            using (writer.BlockIf(chunksOfRow > 1, $"if (chunk % {chunksOfRow} == {chunksOfRow - 1})"))
                NextRow();
        }

        using (writer.BlockIf(chunks > 2, "if (chunk == 0)"))
        {
            foreach ((int p, int v) in Sums)
                writer.Line($"{_isa.Vector}.Store({Widened(p, v)}, {SumsAt(p, v)});");
        }

        if (chunks == 2)
            return;
        using (writer.Block("else"))
        {
            foreach ((int p, int v) in Sums)
                writer.Line($"{_isa.Vector}.Store({_isa.Vector}.Load({SumsAt(p, v)}) + {Widened(p, v)}, {SumsAt(p, v)});");
        }
    }

    /// <summary>From the end of a window row to the start of the next one.</summary>
    private void NextRow() => writer.Line(CSharp.Move("input", kernel.InputRowBytes - (tile.GroupsPerRow * tile.Group)));

    private string Broadcast(string address) => $"{_isa.Vector}.Create(*(int*){CSharp.Operand(address)})";

    private void LoadWeights(int slot, int group)
    {
        for (int v = 0; v < _vectors; v++)
        {
            int at = (group * GroupWeights) + (v * _isa.Bytes);
            writer.Line($"{Weight(slot, v)} = {(tile.IsPacked
                ? PackedWeightsEmitter.Vector(_isa, kernel.ResidentBits(tile), at)
                : $"{_isa.Vector}.Load({CSharp.Plus("weights", at)})")};");
        }
    }

    /// <summary>One group for all pixels: broadcast four levels, multiply by each vector of weights, add.</summary>
    private void Products(int slot, int group, string cast)
    {
        (int Pixel, int Vector)[] sums = [.. Sums];
        int loaded = -1;
        for (int i = 0; i < sums.Length; i += Batch)
        {
            (int Pixel, int Vector)[] batch = [.. sums.Skip(i).Take(Batch)];
            foreach (int p in batch.Select(sum => sum.Pixel).Distinct().Where(p => p > loaded))
            {
                string address = CSharp.Plus("input", (p * PixelStep) + (group * tile.Group));
                writer.Line($"x{p % Broadcasts} = {Broadcast(address)}.{cast}();");
                loaded = p;
            }

            for (int j = 0; j < batch.Length; j++)
                writer.Line($"t{j} = {Multiply($"x{batch[j].Pixel % Broadcasts}", Weight(slot, batch[j].Vector))};");
            for (int j = 0; j < batch.Length; j++)
                writer.Line($"{Sum(batch[j].Pixel, batch[j].Vector)} += t{j};");
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
                NextRow();
        }

        Complete(Sum);
    }

    /// <summary>16-bit by 16-bit products, added in pairs to 32 bits by the instruction itself.</summary>
    private void Wide()
    {
        DeclareSums("int");
        DeclareTemporaries("short", "short", "int", 1);
        int unroll = Unroll(tile.GroupsPerRow);
        using (KernelWriter.Loop(writer, "row", kernel.KernelHeight))
        {
            using (KernelWriter.Loop(writer, "i", tile.GroupsPerRow / unroll))
            {
                for (int group = 0; group < unroll; group++)
                {
                    for (int v = 0; v < _vectors; v++)
                    {
                        string address = CSharp.Plus("weights", (group * GroupWeights) + (v * _isa.Lanes * tile.Group));
                        writer.Line($"{Weight(0, v)} = {LoadWide(address)};");
                    }

                    Products(0, group, "AsInt16");
                }

                writer.Line($"input += {unroll * tile.Group};");
                writer.Line($"weights += {unroll * GroupWeights};");
            }

            if (kernel.KernelHeight > 1)
                NextRow();
        }

        Complete(Sum);
    }

    /// <summary>The finished sums: through the epilogue, or to memory where a panel may be cut short.</summary>
    private void Complete(Func<int, int, string> sum)
    {
        writer.Line();
        if (!kernel.FinishesInTile(tile))
        {
            foreach ((int p, int v) in Sums)
                writer.Line($"{_isa.Vector}.Store({sum(p, v)}, {SumsAt(p, v)});");
            return;
        }

        LoadParameters();
        (int Pixel, int Vector)[] sums = [.. Sums];
        int four = PacksLevels ? sums.Length / 4 * 4 : 0, two = PacksLevels && _vectors == 2 ? sums.Length % 4 : 0;
        for (int i = 0; i < four + two; i += 4)
            FinishTogether([.. sums.Skip(i).Take(4)], sum);
        foreach ((int p, int v) in sums.Skip(four + two))
        {
            IEnumerable<string> arguments = EpilogueEmitter.Arguments(kernel.Epilogue, p, v * _isa.Lanes);
            writer.Line($"Finish{_isa.Name}({string.Join(", ", Leading(p, v, sum).Concat(arguments))});");
        }
    }

    /// <summary>Whether vectors of levels are stored four at a time: neighbours in memory, or pixels.</summary>
    private bool PacksLevels => _vectors is 1 or 2 && kernel.PacksLevels(tile);

    private string Suffix(int vector) => _vectors == 1 ? "" : $"{vector}";

    private void LoadParameters()
    {
        string Load(string pointer, int offset) => $"{_isa.Vector}.Load({CSharp.Plus(pointer, offset)})";
        int padded = kernel.PaddedOutputs(tile);
        for (int v = 0; v < _vectors; v++)
        {
            int at = v * _isa.Lanes;
            writer.Line($"{Vector("float")} scale{Suffix(v)} = {Load("parameters", at)}, bias{Suffix(v)} = {Load("parameters", padded + at)};");
            if (kernel.HasZero)
                writer.Line($"{Vector("int")} correction{Suffix(v)} = {Load("(int*)parameters", (2 * padded) + at)};");
        }
    }

    /// <summary>A sum and its outputs' parameters.</summary>
    private IEnumerable<string> Leading(int pixel, int vector, Func<int, int, string> sum)
    {
        string suffix = Suffix(vector);
        return kernel.HasZero
            ? [sum(pixel, vector), $"correction{suffix}", $"scale{suffix}", $"bias{suffix}"]
            : [sum(pixel, vector), $"scale{suffix}", $"bias{suffix}"];
    }

    /// <summary>Four sums, or the last two, to levels that are packed and stored together.</summary>
    private void FinishTogether((int Pixel, int Vector)[] sums, Func<int, int, string> sum)
    {
        Epilogue epilogue = kernel.Epilogue;
        foreach ((int p, int v) in sums)
        {
            string residual = epilogue.Residual is { } operand
                ? CSharp.Plus("residual", (p * operand.PixelBytes) + (v * _isa.Lanes * (operand.IsFloat ? sizeof(float) : 1))) : "";
            writer.Line(FinishEmitter.Call(epilogue, _isa, Leading(p, v, sum), residual, $"{p}{v}"));
        }

        for (int store = 0; store < epilogue.Stores.Count; store++)
        {
            int pixelBytes = epilogue.Stores[store].PixelBytes;
            string levels = string.Join(", ", sums.Select(at => FinishEmitter.Level(store, $"{at.Pixel}{at.Vector}")));
            string target = CSharp.Plus(EpilogueEmitter.Output(store), sums[0].Pixel * pixelBytes);
            string name = _vectors == 1 ? "Store" : "StorePairs", pitch = sums.Length == 4 ? $", {pixelBytes}" : "";
            writer.Line($"Levels.{name}({levels}, {target}{pitch}{EpilogueEmitter.Most(epilogue, store)});");
        }
    }

    private int Unroll(int groups) => kernel.Unroll(tile, pixels, groups);
}

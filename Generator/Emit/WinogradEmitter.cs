using System;
using System.Collections.Generic;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The Winograd strategies for one instruction set: the loop over groups of tiles and panels of outputs, and what happens to a
/// tile's sums. The transforms and the products have emitters of their own.
/// </summary>
internal sealed class WinogradEmitter(SourceWriter writer, ProductKernel kernel, WinogradTile tile)
{
    private readonly Isa _isa = tile.Isa;

    private int Groups => (tile.AllTiles + tile.Tiles - 1) / tile.Tiles;

    private int Panels => tile.PaddedOutputs / tile.PanelOutputs;

    private string First => Groups == 1 ? "0" : "first";

    public void Emit(IReadOnlyList<(string Type, string Name)> parameters)
    {
        Run(parameters, isPart: false);
        if (tile.IsPacked)
            new WinogradWeightEmitter(writer, tile).Emit();
        new WinogradInputEmitter(writer, kernel, tile).Emit();
        new WinogradProductEmitter(writer, tile).Emit();
        new WinogradOutputEmitter(writer, kernel, tile).Emit();
    }

    /// <summary>A part of the kernel: groups of tiles, or panels where there is one group or each panel's weights are transformed.</summary>
    public void EmitPart(IReadOnlyList<(string Type, string Name)> parameters) => Run(parameters, isPart: true);

    private void Run(IReadOnlyList<(string Type, string Name)> parameters, bool isPart)
    {
        bool isCutByPanels = isPart && (Groups == 1 || tile.IsPacked);
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart, _isa), parameters))
        {
            Range part = isPart ? Range.OfPart(writer, isCutByPanels ? Panels : Groups) : Range.All(0);
            Range groups = isPart && !isCutByPanels ? part : Range.All(Groups), panels = isCutByPanels ? part : Range.All(Panels);
            writer.Line("byte* data = scratch;");
            writer.Line($"int* sums = (int*)(scratch + {tile.DataBytes});");
            if (tile.IsPacked)
            {
                writer.Line($"sbyte* expanded = (sbyte*)(scratch + {tile.DataBytes + tile.SumsBytes});");
                writer.Line($"sbyte* unpacked = expanded + {tile.ExpandedBytes};");
            }

            writer.Line($"WinogradStep* steps = (WinogradStep*)(weights + {tile.WeightBytes});");
            if (tile.IsPacked)
                PanelsFirst(panels, isCutByPanels);
            else
                GroupsFirst(groups, panels, isCutByPanels);
        }
    }

    /// <summary>Weights are resident: each group of tiles is transformed and goes through all panels.</summary>
    private void GroupsFirst(Range groups, Range panels, bool isCutByPanels)
    {
        using (GroupLoop(groups))
        {
            writer.Line($"Transform{_isa.Name}(input, data, {First}, last);");
            using (PanelLoop("sbyte* panel = (sbyte*)weights", "panel", panels, isCutByPanels))
                Panel("data", "panel");
        }
    }

    /// <summary>Weights are packed: all tiles are transformed, then each panel's weights, which go over all tiles.</summary>
    private void PanelsFirst(Range panels, bool isCutByPanels)
    {
        writer.Line($"Transform{_isa.Name}(input, data, 0, {tile.AllTiles});");
        using (PanelLoop("byte* packed = weights", "packed", panels, isCutByPanels))
        {
            Expand();
            using (GroupLoop(Range.All(Groups)))
                Panel(Groups == 1 ? "data" : $"data + (first * {tile.TileBytes})", "expanded");
        }
    }

    private void Expand()
    {
        if (tile.PackedBits < 8)
            writer.Line($"PanelUnpacker.Unpack(packed, {tile.PackedBits}, {tile.PanelWeights}, unpacked);");
        string low = $"unpacked + {tile.HalfBytes}";
        if (tile.IsHalved)
            writer.Line($"PanelUnpacker.Halve({(tile.PackedBits < 8 ? "unpacked" : "(sbyte*)packed")}, {tile.PanelWeights}, unpacked, {low});");
        writer.Line($"Expand{_isa.Name}(unpacked, expanded);");
        if (tile.IsHalved)
            writer.Line($"Expand{_isa.Name}({low}, expanded + {tile.Positions * tile.WeightPitch});");
    }

    private IDisposable? GroupLoop(Range groups)
    {
        bool isAll = groups == Range.All(Groups);
        IDisposable? loop = writer.BlockIf(Groups > 1, isAll ? $"for (int first = 0; first < {tile.AllTiles}; first += {tile.Tiles})" : groups.Head("first", tile.Tiles));
        string next = $"first + {tile.Tiles}";
        writer.Line($"int last = {(Groups == 1 ? $"{tile.AllTiles}" : tile.AllTiles % tile.Tiles == 0 ? next : $"Math.Min({next}, {tile.AllTiles})")};");
        return loop;
    }

    private IDisposable? PanelLoop(string declared, string pointer, Range panels, bool isCut)
    {
        writer.Line($"{declared} + {tile.ParameterBytes}{(isCut ? $" + (from * {tile.PanelBytes})" : "")};");
        return writer.BlockIf(Panels > 1 || isCut, panels.Head("output0", tile.PanelOutputs, $", {pointer} += {tile.PanelBytes}"));
    }

    /// <summary>A panel of outputs for a group of tiles.</summary>
    private void Panel(string data, string panel)
    {
        int elements = kernel.Epilogue.Stores[0].PixelElements;
        string output = Panels == 1 ? "0" : "output0";
        string channels = Panels == 1 ? $"{Math.Min(tile.PanelOutputs, elements)}"
            : elements % tile.PanelOutputs == 0 ? $"{tile.PanelOutputs}" : $"Math.Min({tile.PanelOutputs}, {elements} - output0)";
        IEnumerable<string> arguments = EpilogueEmitter.Arguments(kernel.Epilogue, "0", output);
        writer.Line($"Products{_isa.Name}({data}, {panel}, steps, sums);");
        if (!tile.FinishesInRegisters)
            writer.Line($"Columns{_isa.Name}(sums);");
        writer.Line(
            $"Rows{_isa.Name}(sums, {CSharp.Plus("(float*)weights", output)}, {Corrections(output)}, {channels}, {First}, last, {string.Join(", ", arguments)});");
    }

    private string Corrections(string output)
    {
        string all = $"(int*)weights + {2 * tile.PaddedOutputs}";
        return output == "0" ? all : $"{all} + ({output} * {tile.Size * tile.Size})";
    }
}

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

    public void Emit(IReadOnlyList<(string Type, string Name)> parameters)
    {
        Run(parameters);
        new WinogradInputEmitter(writer, kernel, tile).Emit();
        new WinogradProductEmitter(writer, tile).Emit();
        new WinogradOutputEmitter(writer, kernel, tile).Emit();
    }

    /// <summary>A part of the kernel: groups of tiles, or panels where there is one group.</summary>
    public void EmitPart(IReadOnlyList<(string Type, string Name)> parameters) => Run(parameters, isPart: true);

    private void Run(IReadOnlyList<(string Type, string Name)> parameters, bool isPart = false)
    {
        bool isOneGroup = tile.Tiles == tile.AllTiles, isOnePanel = tile.PaddedOutputs == tile.PanelOutputs;
        string first = isOneGroup ? "0" : "first", output = isOnePanel ? "0" : "output0";
        int elements = kernel.Epilogue.Stores[0].PixelElements;
        int groups = (tile.AllTiles + tile.Tiles - 1) / tile.Tiles, panels = tile.PaddedOutputs / tile.PanelOutputs;
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart, _isa), parameters))
        {
            bool isPanels = isPart && isOneGroup, isGroups = isPart && !isOneGroup;
            Range outputs = isPanels ? Range.OfPart(writer, panels) : Range.All(panels);
            string tiles = isGroups
                ? Range.OfPart(writer, groups).Head("first", tile.Tiles)
                : $"for (int first = 0; first < {tile.AllTiles}; first += {tile.Tiles})";
            writer.Line("byte* data = scratch;");
            writer.Line($"int* sums = (int*)(scratch + {tile.DataBytes});");
            writer.Line($"WinogradStep* steps = (WinogradStep*)(weights + {tile.WeightBytes});");
            using (writer.BlockIf(!isOneGroup, tiles))
            {
                string last = isOneGroup ? $"{tile.AllTiles}" : tile.AllTiles % tile.Tiles == 0 ? $"first + {tile.Tiles}" : $"Math.Min(first + {tile.Tiles}, {tile.AllTiles})";
                writer.Line($"int last = {last};");
                writer.Line($"Transform{_isa.Name}(input, data, {first}, last);");
                writer.Line($"sbyte* panel = (sbyte*)weights + {tile.ParameterBytes}{(isPanels ? $" + (from * {tile.PanelBytes})" : "")};");
                using (writer.BlockIf(!isOnePanel || isPanels, outputs.Head("output0", tile.PanelOutputs, $", panel += {tile.PanelBytes}")))
                {
                    writer.Line($"Products{_isa.Name}(data, panel, steps, sums);");
                    if (!tile.FinishesInRegisters)
                        writer.Line($"Columns{_isa.Name}(sums);");
                    string channels = isOnePanel ? $"{Math.Min(tile.PanelOutputs, elements)}"
                        : elements % tile.PanelOutputs == 0 ? $"{tile.PanelOutputs}" : $"Math.Min({tile.PanelOutputs}, {elements} - output0)";
                    IEnumerable<string> arguments = EpilogueEmitter.Arguments(kernel.Epilogue, "0", output);
                    writer.Line(
                        $"Rows{_isa.Name}(sums, {CSharp.Plus("(float*)weights", output)}, {Corrections(output)}, {channels}, {first}, last, {string.Join(", ", arguments)});");
                }
            }
        }
    }

    private string Corrections(string output)
    {
        string all = $"(int*)weights + {2 * tile.PaddedOutputs}";
        return output == "0" ? all : $"{all} + ({output} * {tile.Size * tile.Size})";
    }
}

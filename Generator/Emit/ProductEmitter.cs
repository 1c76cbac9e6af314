using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The strategy "multiply-add" for conv and dense. A panel of outputs is unpacked once and used for every pixel; a row of pixels is
/// cut into tiles whose sums stay in registers and go through the epilogue there, or as a row of sums where a panel is cut short.
/// </summary>
internal static class ProductEmitter
{
    public static IReadOnlyList<(string Type, string Name)> Parameters(ProductKernel kernel) =>
        [("byte*", "input"), ("byte*", "weights"), .. EpilogueEmitter.Parameters(kernel.Epilogue), ("byte*", "scratch")];

    public static void Emit(SourceWriter writer, ProductKernel kernel)
    {
        IReadOnlyList<(string Type, string Name)> parameters = Parameters(kernel);
        KernelWriter.Dispatch(writer, parameters, kernel.InstructionSets);
        foreach (Isa isa in kernel.InstructionSets)
        {
            if (kernel.Strategy(isa) is ActivationTableTile tables)
            {
                new ActivationTableEmitter(writer, kernel, tables).Emit(parameters);
                continue;
            }

            if (kernel.Strategy(isa) is WeightTableTile weightTables)
            {
                new WeightTableEmitter(writer, kernel, weightTables).Emit(parameters);
                continue;
            }

            if (kernel.Strategy(isa) is WinogradTile winograd)
            {
                new WinogradEmitter(writer, kernel, winograd).Emit(parameters);
                continue;
            }

            var tile = (ProductTile)kernel.Strategy(isa);
            Panels(writer, kernel, tile, parameters);
            if (tile.Accumulation == Accumulation.Portable)
                PortableRow(writer, kernel, isa);
            else
                Row(writer, kernel, tile);
            Finish(writer, kernel, tile);
        }
    }

    /// <summary>The loops over panels and rows, of all of them or of a part.</summary>
    private static void Panels(
        SourceWriter writer, ProductKernel kernel, ProductTile tile, IReadOnlyList<(string Type, string Name)> parameters, bool isPart = false)
    {
        Isa isa = tile.Isa;
        int bits = kernel.ResidentBits(tile), panels = kernel.Panels(tile), panelBytes = kernel.PanelBytes(tile);
        int wideRows = kernel.WideRows(tile);
        bool isWide = wideRows > 0, isUnpacked = bits < 8 && !tile.IsPacked;
        bool isPanels = isPart && IsCutByPanels(panels, kernel.OutputHeight), isRows = isPart && !isPanels;
        Range range = Range.All(panels);
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart, isa), parameters))
        {
            if (isPart)
                range = Range.OfPart(writer, isPanels ? panels : kernel.OutputHeight);
            string from = isRows ? "from" : "0", to = isRows ? "to" : $"{kernel.OutputHeight}";
            if (kernel.SumsBytes(tile) > 0)
                writer.Line("int* sums = (int*)scratch;");
            if (isUnpacked)
                writer.Line($"sbyte* panel = (sbyte*)(scratch + {kernel.SumsBytes(tile)});");
            if (isWide)
                writer.Line($"short* wide = (short*)(scratch + {kernel.SumsBytes(tile) + kernel.UnpackedBytes(tile)});");

            if (!isWide)
            {
                AllPanels(from, to);
            }
            else if (wideRows >= kernel.OutputHeight && !isRows)
            {
                writer.Line($"Levels.Widen(input, wide, {kernel.RowsBytes(kernel.OutputHeight)});");
                AllPanels("0", $"{kernel.OutputHeight}");
            }
            else
            {
                // As many rows at a time as stay in the second-level cache when widened.
                using (writer.Block($"for (int top = {from}; top < {to}; top += {wideRows})"))
                {
                    writer.Line($"int bottom = Math.Min(top + {wideRows}, {to});");
                    string bytes = $"((bottom - top - 1) * {kernel.StrideHeight * kernel.InputRowBytes}) + {kernel.RowsBytes(1)}";
                    writer.Line($"Levels.Widen(input + (top * {kernel.StrideHeight * kernel.InputRowBytes}), wide, {bytes});");
                    AllPanels("top", "bottom");
                }
            }
        }

        void AllPanels(string top, string bottom)
        {
            writer.Line($"byte* packed = weights + {kernel.ParameterBytes(tile)}{(isPanels ? $" + (from * {panelBytes})" : "")};");
            if (panels > 1)
            {
                using (writer.Block((isRows ? Range.All(panels) : range).Head("first", tile.PanelOutputs)))
                {
                    OnePanel(top, bottom, "first");
                    writer.Line($"packed += {panelBytes};");
                }
            }
            else
            {
                OnePanel(top, bottom, "0");
            }
        }

        void OnePanel(string top, string bottom, string first)
        {
            if (isUnpacked)
                writer.Line($"PanelUnpacker.Unpack(packed, {bits}, {kernel.PanelWeights(tile)}, panel);");
            string panel = isUnpacked ? "panel" : "(sbyte*)packed";
            if (kernel.OutputHeight == 1 && !isRows)
            {
                RowCall("0", top, panel, first);
                return;
            }

            using (writer.Block($"for (int y = {top}; y < {bottom}; y++)"))
                RowCall("y", top, panel, first);
        }

        void RowCall(string y, string top, string panel, string first)
        {
            int rowStep = kernel.StrideHeight * kernel.InputRowBytes;
            string row = y == "0" ? "" : top == "0" || !isWide ? $" + ({y} * {rowStep})" : $" + (({y} - {top}) * {rowStep})";
            string input = (isWide ? "wide" : "input") + row, sums = kernel.SumsBytes(tile) > 0 ? "sums, " : "";
            string finish = $"{CSharp.Plus("(float*)weights", first)}, ";
            string arguments = string.Join(", ", EpilogueEmitter.Arguments(kernel.Epilogue, y, first));
            if (kernel.FinishesInTile(tile))
            {
                writer.Line($"Row{isa.Name}({input}, {panel}, {sums}{finish}{arguments});");
                return;
            }

            // Levels of the panel's channels that the output has room for: the last panel may be cut short.
            int elements = kernel.Epilogue.Stores[0].PixelElements;
            string channels = elements % tile.PanelOutputs == 0 || first == "0"
                ? System.Math.Min(tile.PanelOutputs, elements).ToString()
                : $"Math.Min({tile.PanelOutputs}, {elements} - first)";
            writer.Line($"Row{isa.Name}({input}, {panel}, sums);");
            writer.Line($"{FinishName(kernel, tile)}(sums, {finish}{channels}, {arguments});");
        }
    }

    /// <summary>
    /// Parts of a kernel are panels, each unpacked once, where there are enough of them to be shared out evenly; else rows.
    /// </summary>
    private static bool IsCutByPanels(int panels, int rows) => panels >= 8 || panels > rows;

    /// <summary>A part of the kernel.</summary>
    public static void EmitPart(SourceWriter writer, ProductKernel kernel, IReadOnlyList<(string Type, string Name)> parameters)
    {
        foreach (Isa isa in kernel.InstructionSets)
        {
            if (kernel.Strategy(isa) is ActivationTableTile tables)
                new ActivationTableEmitter(writer, kernel, tables).EmitPart(parameters);
            else if (kernel.Strategy(isa) is WeightTableTile weightTables)
                new WeightTableEmitter(writer, kernel, weightTables).EmitPart(parameters);
            else if (kernel.Strategy(isa) is WinogradTile winograd)
                new WinogradEmitter(writer, kernel, winograd).EmitPart(parameters);
            else
                Panels(writer, kernel, (ProductTile)kernel.Strategy(isa), parameters, isPart: true);
        }
    }

    /// <summary>One row of output pixels, tile by tile.</summary>
    private static void Row(SourceWriter writer, ProductKernel kernel, ProductTile tile)
    {
        Isa isa = tile.Isa;
        IReadOnlyList<(string Type, string Name)> parameters = TileEmitter.Parameters(kernel, tile);
        int tiles = kernel.OutputWidth / tile.Pixels, rest = kernel.OutputWidth % tile.Pixels;
        if (tiles == 1 && rest == 0)
        {
            Tile(writer, kernel, tile, tile.Pixels, $"Row{isa.Name}", parameters);
            return;
        }

        string arguments = string.Join(", ", parameters.Select(parameter => parameter.Name));
        (string Name, int PixelStep)[] pointers =
        [
            ("input", kernel.StrideWidth * kernel.InputPixelBytes),
            .. kernel.FinishesInTile(tile)
                ? EpilogueEmitter.Pointers(kernel.Epilogue).Select(pointer => (pointer.Name, pointer.PixelBytes))
                : [("sums", tile.PanelOutputs)],
        ];
        using (KernelWriter.Method(writer, $"Row{isa.Name}", parameters))
        {
            using (KernelWriter.Loop(writer, "tile", tiles))
            {
                writer.Line($"Tile{tile.Pixels}{isa.Name}({arguments});");
                KernelWriter.Advance(writer, pointers.Select(pointer => (pointer.Name, pointer.PixelStep * tile.Pixels)));
            }

            if (rest > 0)
                writer.Line($"Tile{rest}{isa.Name}({arguments});");
        }

        Tile(writer, kernel, tile, tile.Pixels, $"Tile{tile.Pixels}{isa.Name}", parameters);
        if (rest > 0)
            Tile(writer, kernel, tile, rest, $"Tile{rest}{isa.Name}", parameters);
    }

    /// <summary>The sums of a few pixels by a panel of outputs, in registers.</summary>
    private static void Tile(
        SourceWriter writer, ProductKernel kernel, ProductTile tile, int pixels, string name, IReadOnlyList<(string, string)> parameters)
    {
        if (tile.Accumulation == Accumulation.Dot)
            new DotTileEmitter(writer, kernel, tile, pixels).Emit(name, parameters);
        else
            new TileEmitter(writer, kernel, tile, pixels).Emit(name, parameters);
    }

    /// <summary>A row on any machine: 16 outputs at a time, 16-bit products (exact: 255 · 127 fits), 32-bit sums.</summary>
    private static void PortableRow(SourceWriter writer, ProductKernel kernel, Isa isa)
    {
        int rowBytes = kernel.KernelWidth * kernel.InputPixelBytes;
        int pixelStep = kernel.StrideWidth * kernel.InputPixelBytes;
        using (KernelWriter.Method(writer, $"Row{isa.Name}", [("byte*", "input"), ("sbyte*", "weights"), ("int*", "sums")]))
        using (writer.Block($"for (int x = 0; x < {kernel.OutputWidth}; x++, input += {pixelStep}, sums += 16)"))
        {
            writer.Line("sbyte* w = weights;");
            if (isa == Isa.Scalar)
            {
                writer.Line("new Span<int>(sums, 16).Clear();");
            }
            else
            {
                for (int i = 0; i < 4; i++)
                    writer.Line($"Vector128<int> sum{i} = Vector128<int>.Zero;");
            }

            using (KernelWriter.Loop(writer, "row", kernel.KernelHeight))
            {
                writer.Line(kernel.KernelHeight == 1 ? "byte* level = input;" : $"byte* level = input + (row * {kernel.InputRowBytes});");
                using (writer.Block($"for (int i = 0; i < {rowBytes}; i++, w += 16)"))
                {
                    if (isa == Isa.Scalar)
                    {
                        writer.Line("for (int output = 0; output < 16; output++)\n    sums[output] += level[i] * w[output];");
                    }
                    else
                    {
                        writer.Line("Vector128<short> x16 = Vector128.Create((short)level[i]);");
                        writer.Line("(Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(Vector128.Load(w));");
                        writer.Line("lower *= x16;\nupper *= x16;");
                        writer.Line("sum0 += Vector128.WidenLower(lower);\nsum1 += Vector128.WidenUpper(lower);");
                        writer.Line("sum2 += Vector128.WidenLower(upper);\nsum3 += Vector128.WidenUpper(upper);");
                    }
                }
            }

            if (isa != Isa.Scalar)
            {
                for (int i = 0; i < 4; i++)
                    writer.Line($"sum{i}.Store({CSharp.Plus("sums", 4 * i)});");
            }
        }
    }

    /// <summary>Sums to levels or float32.</summary>
    private static void Finish(SourceWriter writer, ProductKernel kernel, ProductTile tile)
    {
        if (kernel.FinishesInTile(tile))
        {
            FinishEmitter.EmitVector(writer, kernel.Epilogue, tile.Isa, kernel.HasZero);
            if (kernel.PacksLevels(tile))
                FinishEmitter.EmitKept(writer, kernel.Epilogue, tile.Isa, kernel.HasZero);
            return;
        }

        string name = FinishName(kernel, tile);
        if (name == $"Finish{tile.Isa.Name}")
        {
            FinishEmitter.Emit(
                writer, kernel.Epilogue, tile.Isa, kernel.OutputWidth, tile.PanelOutputs, kernel.PaddedOutputs(tile), kernel.HasCorrection(tile));
        }
    }

    /// <summary>The method that finishes sums: that of the first instruction set with vectors and panels of this size.</summary>
    private static string FinishName(ProductKernel kernel, ProductTile tile) => "Finish" + Isa.All
        .Where(isa => isa.Vector == tile.Isa.Vector)
        .First(isa => kernel.Strategy(isa) is ProductTile other
            && (other.PanelOutputs, kernel.PaddedOutputs(other), kernel.HasCorrection(other))
                == (tile.PanelOutputs, kernel.PaddedOutputs(tile), kernel.HasCorrection(tile))).Name;
}

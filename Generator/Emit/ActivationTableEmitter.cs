using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The strategy "activation-tables": levels to the addresses of their tables, then panels of outputs by rows of tiles, whose sums go
/// through the epilogue row by row. The lookups have an emitter of their own.
/// </summary>
internal sealed class ActivationTableEmitter(SourceWriter writer, ProductKernel kernel, ActivationTableTile tile)
{
    private readonly Isa _isa = tile.Isa;
    private readonly bool _finishesTiles = tile.FinishesTiles(kernel.Epilogue);

    /// <summary>Addresses from one input row to the next.</summary>
    private int RowAddresses => kernel.InputRowBytes / 4;

    private int RowSums => tile.TileColumns * tile.Columns * tile.PanelOutputs;

    public void Emit(IReadOnlyList<(string Type, string Name)> parameters)
    {
        Run(parameters, isPart: false);
        Row();
        new ActivationTableTileEmitter(writer, tile, RowAddresses).Emit($"Tile{_isa.Name}");
        var finish = new ActivationTableFinishEmitter(writer, kernel, tile);
        if (_finishesTiles)
        {
            finish.EmitLevels();
            return;
        }

        finish.EmitSums(RowSums);
        FinishEmitter.Emit(writer, kernel.Epilogue, _isa, kernel.OutputWidth, tile.PanelOutputs, tile.PaddedOutputs, hasZero: true);
    }

    /// <summary>A part of the kernel: panels where there are enough of them to be shared out evenly, else rows of tiles.</summary>
    public void EmitPart(IReadOnlyList<(string Type, string Name)> parameters) => Run(parameters, isPart: true);

    private void Run(IReadOnlyList<(string Type, string Name)> parameters, bool isPart)
    {
        bool isPanels = isPart && tile.Panels >= tile.TileRows, isRows = isPart && !isPanels;
        int strip = tile.StripTileRows(kernel.InputRowBytes), addressBytes = tile.AddressBytes(strip, kernel.InputRowBytes);
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart, _isa), parameters))
        {
            Range part = isPart ? Range.OfPart(writer, isPanels ? tile.Panels : tile.TileRows) : Range.All(0);
            Range panels = isPanels ? part : Range.All(tile.Panels);
            writer.Line("byte* tables = ActivationTables.First;");
            writer.Line("ushort* addresses = (ushort*)scratch;");
            if (!_finishesTiles)
                writer.Line($"int* sums = (int*)(scratch + {addressBytes + tile.ChunkSumsBytes});");
            writer.Line($"byte* chunks = scratch + {addressBytes};");
            bool isStrips = isRows || strip < tile.TileRows;
            string from = isRows ? $"from * {tile.Rows}" : "0", to = isRows ? $"to * {tile.Rows}" : $"{tile.TileRows * tile.Rows}";
            using (writer.BlockIf(isStrips, $"for (int top = {from}; top < {to}; top += {tile.Rows * strip})"))
            {
                int step = kernel.StrideHeight * kernel.InputRowBytes;
                if (isStrips)
                    writer.Line($"int bottom = Math.Min(top + {tile.Rows * strip}, {to});");
                writer.Line(isStrips
                    ? $"ActivationTables.Address(input + (top * {step}), addresses, {tile.InputBytes(1, kernel.InputRowBytes)} + ((bottom - top - {tile.Rows}) * {step}));"
                    : $"ActivationTables.Address(input, addresses, {tile.InputBytes(strip, kernel.InputRowBytes)});");
                writer.Line($"byte* panel = weights + {tile.ParameterBytes(kernel.Epilogue)}{(isPanels ? $" + (from * {tile.PanelBytes})" : "")};");
                using (writer.BlockIf(tile.Panels > 1 || isPanels, panels.Head("first", tile.PanelOutputs, $", panel += {tile.PanelBytes}")))
                    Rows(isStrips, tile.Panels == 1 && !isPanels ? "0" : "first");
            }
        }
    }

    /// <summary>A panel's rows of tiles.</summary>
    private void Rows(bool isStrips, string first)
    {
        int step = tile.Rows * kernel.StrideHeight * RowAddresses;
        bool isOne = tile.TileRows == 1 && !isStrips;
        string top = isStrips ? "top" : "0", bottom = isStrips ? "bottom" : $"{tile.TileRows * tile.Rows}";
        using (writer.BlockIf(!isOne, $"for (int y = {top}; y < {bottom}; y += {tile.Rows})"))
        {
            string at = isOne ? "" : $" + ({(isStrips ? "(y - top)" : "y")} / {tile.Rows} * {step})", y = isOne ? "0" : "y";
            string rows = kernel.OutputHeight % tile.Rows == 0 ? $"{tile.Rows}"
                : isOne ? $"{kernel.OutputHeight}" : $"Math.Min({tile.Rows}, {kernel.OutputHeight} - y)";
            string parameters = CSharp.Plus("(float*)weights", first);
            if (_finishesTiles)
            {
                string arguments = string.Join(", ", EpilogueEmitter.Arguments(kernel.Epilogue, y, first));
                writer.Line($"Row{_isa.Name}(addresses{at}, panel, tables, chunks, {parameters}, {rows}, {arguments});");
                return;
            }

            writer.Line($"Row{_isa.Name}(addresses{at}, panel, tables, chunks, sums);");
            using (writer.BlockIf(tile.Rows > 1, $"for (int row = 0; row < {rows}; row++)"))
                Finish(tile.Rows == 1 ? y : isOne ? "row" : "(y + row)", parameters, first);
        }
    }

    /// <summary>A row of sums through the epilogue.</summary>
    private void Finish(string row, string parameters, string first)
    {
        int elements = kernel.Epilogue.Stores[0].PixelElements;
        string channels = elements % tile.PanelOutputs == 0 || first == "0"
            ? System.Math.Min(tile.PanelOutputs, elements).ToString()
            : $"Math.Min({tile.PanelOutputs}, {elements} - first)";
        string sums = tile.Rows == 1 ? "sums" : $"sums + (row * {RowSums})";
        string arguments = string.Join(", ", EpilogueEmitter.Arguments(kernel.Epilogue, row, first));
        writer.Line($"Finish{_isa.Name}({sums}, {parameters}, {channels}, {arguments});");
    }

    /// <summary>A row of tiles.</summary>
    private void Row()
    {
        IReadOnlyList<(string Type, string Name)> lookups = ActivationTableTileEmitter.Parameters;
        IReadOnlyList<(string Type, string Name)> finish = _finishesTiles
            ? [.. ActivationTableFinishEmitter.Parameters(kernel.Epilogue).Where(parameter => parameter.Name != "columns")]
            : [("int*", "sums")];
        using (KernelWriter.Method(writer, $"Row{_isa.Name}", [.. lookups, .. finish]))
        using (KernelWriter.Loop(writer, "tile", tile.TileColumns))
        {
            writer.Line($"Tile{_isa.Name}({string.Join(", ", lookups.Select(parameter => parameter.Name))});");
            if (_finishesTiles)
                FinishTile();
            else
                writer.Line($"Sum{_isa.Name}(chunks, sums);");
            if (tile.TileColumns == 1)
                return;
            writer.Line($"addresses += {tile.Columns * kernel.StrideWidth * tile.Groups};");
            KernelWriter.Advance(writer, _finishesTiles
                ? EpilogueEmitter.Pointers(kernel.Epilogue).Select(pointer => (pointer.Name, pointer.PixelBytes * tile.Columns))
                : [("sums", tile.Columns * tile.PanelOutputs)]);
        }
    }

    private void FinishTile()
    {
        string columns = kernel.OutputWidth % tile.Columns == 0 ? $"{tile.Columns}"
            : tile.TileColumns == 1 ? $"{kernel.OutputWidth}" : $"Math.Min({tile.Columns}, {kernel.OutputWidth} - (tile * {tile.Columns}))";
        for (int v = 0; v < tile.Vectors; v++)
        {
            int output = v * ActivationTableTile.VectorOutputs;
            IEnumerable<string> arguments = EpilogueEmitter.Arguments(kernel.Epilogue, 0, output);
            writer.Line(
                $"Finish{_isa.Name}({CSharp.Plus("chunks", tile.Chunks * output)}, {CSharp.Plus("parameters", output)}, rows, {columns}, {string.Join(", ", arguments)});");
        }
    }
}

using System;
using System.Collections.Generic;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The strategy "weight-tables": strips of rows, whose levels become planes of bits; then panels of outputs, four at a time, whose sums go
/// through the epilogue row by row. Planes and lookups have emitters of their own.
/// </summary>
internal sealed class WeightTableEmitter(SourceWriter writer, ProductKernel kernel, WeightTableTile tile)
{
    private readonly Isa _isa = tile.Isa;
    private readonly WeightTableImage _image = tile.Image(kernel.InputRowBytes);

    public void Emit(IReadOnlyList<(string Type, string Name)> parameters)
    {
        Run(parameters, isPart: false);
        new WeightTablePlaneEmitter(writer, kernel, tile, _image).Emit();
        new WeightTableTileEmitter(writer, tile, _image).Emit();
        FinishEmitter.Emit(writer, kernel.Epilogue, _isa, kernel.OutputWidth, tile.PanelOutputs, tile.PaddedOutputs, hasZero: true);
    }

    /// <summary>A part of the kernel: some of the rows.</summary>
    public void EmitPart(IReadOnlyList<(string Type, string Name)> parameters) => Run(parameters, isPart: true);

    private void Run(IReadOnlyList<(string Type, string Name)> parameters, bool isPart)
    {
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart, _isa), parameters))
        {
            Range part = isPart ? Range.OfPart(writer, tile.Height) : Range.All(tile.Height);
            writer.Line("byte* planes = scratch;");
            writer.Line($"byte* chunks = scratch + {_image.PlaneBytes};");
            writer.Line($"int* sums = (int*)(scratch + {_image.PlaneBytes + _image.ChunkBytes});");
            bool isStrips = isPart || _image.Strips > 1;
            using (writer.BlockIf(isStrips, $"for (int top = {part.From}; top < {part.To}; top += {_image.Rows})"))
            {
                writer.Line(isStrips ? $"int rows = Math.Min({_image.Rows}, {part.To} - top);" : $"const int rows = {tile.Height};");
                writer.Line($"int blocks = (((rows - 1) * {_image.RowPixels}) + {tile.Width + tile.BlockPixels - 1}) / {tile.BlockPixels};");
                Planes(isStrips ? $" + (top * {kernel.StrideHeight * kernel.InputRowBytes})" : "");
                Panels(isStrips ? "top" : "0");
            }
        }
    }

    /// <summary>The planes of a strip: those of all rows at once, or row by row where pixels are left out.</summary>
    private void Planes(string top)
    {
        if (_image.IsFlat)
        {
            int last = tile.Width + kernel.KernelWidth - 1 + ((kernel.KernelHeight - 2) * _image.RowPixels);
            writer.Line($"Planes{_isa.Name}(input{top}, planes, {CSharp.Plus($"(rows * {_image.RowPixels})", last)});");
            return;
        }

        (int rows, int columns) = _image.Phases;
        for (int row = 0; row < rows; row++)
        {
            int more = (kernel.KernelHeight - 1 - row) / kernel.StrideHeight;
            using (writer.Block($"for (int row = 0; row < {CSharp.Plus("rows", more)}; row++)"))
            {
                for (int column = 0; column < columns; column++)
                {
                    int pixels = tile.Width + ((kernel.KernelWidth - 1 - column) / kernel.StrideWidth);
                    string from = CSharp.Plus($"input{top} + (row * {kernel.StrideHeight * kernel.InputRowBytes})", (row * kernel.InputRowBytes) + (column * kernel.InputPixelBytes));
                    writer.Line($"Planes{_isa.Name}({from}, {CSharp.Plus($"planes + (row * {_image.RowPixels})", ((row * columns) + column) * _image.PhasePitch)}, {pixels});");
                }
            }
        }
    }

    private void Panels(string top)
    {
        const int Quad = WeightTableTile.Quad;
        int panels = tile.PaddedOutputs / tile.PanelOutputs, quads = tile.PanelOutputs / Quad, quadBytes = Quad * tile.Lookups * WeightTableTile.Bytes;
        writer.Line($"byte* tables = weights + {tile.ParameterBytes(kernel.Epilogue)};");
        using (writer.BlockIf(panels > 1, Range.All(panels).Head("first", tile.PanelOutputs)))
        {
            string first = panels > 1 ? "first" : "0";
            using (writer.BlockIf(quads > 1, $"for (int quad = 0; quad < {tile.PanelOutputs}; quad += {Quad}, tables += {quadBytes})"))
                writer.Line($"Tile{_isa.Name}(planes, tables, chunks, {(quads > 1 ? "sums + quad" : "sums")}, blocks);");
            if (quads == 1)
                writer.Line($"tables += {quadBytes};");
            using (writer.Block("for (int row = 0; row < rows; row++)"))
            {
                int elements = kernel.Epilogue.Stores[0].PixelElements;
                string channels = elements % tile.PanelOutputs == 0 || first == "0"
                    ? $"{Math.Min(tile.PanelOutputs, elements)}"
                    : $"Math.Min({tile.PanelOutputs}, {elements} - first)";
                string arguments = string.Join(", ", EpilogueEmitter.Arguments(kernel.Epilogue, top == "0" ? "row" : "(top + row)", first));
                writer.Line($"Finish{_isa.Name}(sums + (row * {_image.RowPixels * tile.PanelOutputs}), {CSharp.Plus("(float*)weights", first)}, {channels}, {arguments});");
            }
        }
    }
}

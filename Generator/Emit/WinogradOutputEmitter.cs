using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// Sums at the positions to sums of pixels, which then go through the epilogue. Where there are registers enough, two rows of a tile
/// at a time come from memory and leave it finished; elsewhere columns are transformed where they lie, then each row is finished.
/// </summary>
internal sealed class WinogradOutputEmitter(SourceWriter writer, ProductKernel kernel, WinogradTile tile)
{
    private readonly Isa _isa = tile.Isa;
    private readonly string _int = $"{tile.Isa.Vector}<int>";

    /// <summary>Sums on their way from positions to pixels.</summary>
    private string SumType => tile.WidensLast ? $"{_isa.Vector}<short>" : _int;

    /// <summary>What reads a vector of such sums.</summary>
    private string AsSum => tile.WidensLast ? ".AsInt16()" : "";

    /// <summary>Positions from one row point to the next.</summary>
    private int PerRow => tile.Size == 2 ? 4 : 7;

    private bool IsRagged(int size) => size % tile.Size != 0;

    public void Emit()
    {
        if (!tile.FinishesInRegisters)
            Columns();
        int rest = kernel.Epilogue.Stores[0].PixelElements % _isa.Lanes;
        if (StoresFour)
            FinishEmitter.EmitKept(writer, kernel.Epilogue, _isa, hasZero: false);
        else
            Pixel("Pixel", 0);
        if (rest > 0)
            Pixel("Rest", rest);
        Rows(rest);
    }

    private string At(int position) => $"{_isa.Vector}.Load({CSharp.Plus("sums", position * tile.SumsPitch)})";

    private void Store(string value, int position) => writer.Line($"({value}).Store({CSharp.Plus("sums", position * tile.SumsPitch)});");

    private void Columns()
    {
        writer.Line();
        writer.Line($"// The columns of each tile, in place: row k of column c to position {PerRow} * k + c.");
        writer.Line(KernelWriter.Optimized);
        using (writer.Block($"private static void Columns{_isa.Name}(int* sums)"))
        using (writer.Block($"for (int i = 0; i < {tile.Tiles * tile.Vectors}; i++, sums += {_isa.Lanes})"))
        {
            writer.Line($"{_int} zero, one, minusOne, infinity, even, odd;");
            if (tile.Size == 2)
            {
                for (int column = 0; column < 4; column++)
                {
                    Load(column, point => At((point * 4) + column));
                    Store("zero + even", column);
                    Store("odd + infinity", 4 + column);
                }

                return;
            }

            writer.Line($"{_int} re, im, re2, im2, imZero, imOne, imMinusOne, imInfinity;");
            for (int column = 0; column < 4; column++)
            {
                Load(column, point => At((point * 7) + column));
                Karatsuba("re", "im", 28 + (3 * column));
                Four("zero", "even", "odd", "infinity", "re", "im", column);
            }

            writer.Line();
            writer.Line("// Columns at i: the real parts, then the imaginary parts.");
            string[] points = ["zero", "one", "minusOne", "infinity"];
            for (int point = 0; point < 4; point++)
                Karatsuba(points[point], $"im{char.ToUpperInvariant(points[point][0])}{points[point].Substring(1)}", (7 * point) + 4);
            Karatsuba("re", "im", 40);
            Karatsuba("re2", "im2", 43);
            writer.Line("even = one + minusOne;");
            writer.Line("odd = one - minusOne;");
            writer.Line("one = re + re2;");
            writer.Line("minusOne = im + im2;");
            Four("zero", "even", "odd", "infinity", "one", "minusOne", 4);
            writer.Line("even = imOne + imMinusOne;");
            writer.Line("odd = imOne - imMinusOne;");
            writer.Line("im -= im2;");
            writer.Line("re2 -= re;");
            Four("imZero", "even", "odd", "imInfinity", "im", "re2", 5);
        }
    }

    private void Load(int column, Func<int, string> at)
    {
        writer.Line();
        writer.Line($"zero = {at(0)};");
        writer.Line($"one = {at(1)};");
        writer.Line($"minusOne = {at(2)};");
        writer.Line($"infinity = {at(3)};");
        writer.Line("even = one + minusOne;");
        writer.Line("odd = one - minusOne;");
    }

    private void Karatsuba(string re, string im, int first)
    {
        writer.Line($"{im} = {At(first)};");
        writer.Line($"{re} = {im} - {At(first + 2)};");
        writer.Line($"{im} += {At(first + 1)};");
    }

    private void Four(string zero, string even, string odd, string infinity, string re, string im, int column)
    {
        Store($"{zero} + {even} + {re}", column);
        Store($"{odd} - {im}", 7 + column);
        Store($"{even} - {re}", 14 + column);
        Store($"{odd} + {im} + {infinity}", 21 + column);
    }

    /// <summary>A pixel's sums through the epilogue; inlined, once for each column of a tile.</summary>
    private void Pixel(string name, int count)
    {
        var emitter = new EpilogueEmitter(kernel.Epilogue, _isa);
        writer.Line();
        writer.Line($"// {(count == 0 ? $"{_isa.Lanes}" : $"The last {count}")} sums of a pixel to {EpilogueEmitter.Describe(kernel.Epilogue)}.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        (string, string)[] parameters =
            [(_int, "sum"), ($"{_isa.Vector}<float>", "scale"), ($"{_isa.Vector}<float>", "bias"), .. EpilogueEmitter.Parameters(kernel.Epilogue)];
        using (writer.Block($"private static void {name}{_isa.Name}({KernelWriter.Declare(parameters)})"))
        {
            emitter.Scale(writer, "sum");
            emitter.Emit(writer, "0", count);
        }
    }

    private void Rows(int rest)
    {
        (string, string)[] parameters =
        [
            ("int*", "sums"), ("float*", "parameters"), ("int*", "corrections"), ("int", "channels"), ("int", "first"), ("int", "last"),
            .. EpilogueEmitter.Parameters(kernel.Epilogue),
        ];
        writer.Line();
        writer.Line("// The rows of each tile, finished.");
        writer.Line(KernelWriter.Optimized);
        using (writer.Block($"private static void Rows{_isa.Name}({KernelWriter.Declare(parameters)})"))
        {
            writer.Line("int i = 0;");
            using (writer.Block($"for (; i <= channels - {_isa.Lanes}; i += {_isa.Lanes})"))
                Tiles("Pixel");
            if (rest > 0)
            {
                using (writer.Block("if (i < channels)"))
                    Tiles("Rest");
            }
        }
    }

    private void Tiles(string pixel)
    {
        writer.Line($"{_isa.Vector}<float> scale = {_isa.Vector}.Load(parameters + i);");
        writer.Line($"{_isa.Vector}<float> bias = {_isa.Vector}.Load(parameters + i + {tile.PaddedOutputs});");
        writer.Line("int* tileSums = sums + i;");
        using (writer.Block($"for (int tile = first; tile < last; tile++, tileSums += {tile.PanelOutputs})"))
        {
            foreach ((string name, int pixelBytes, int rowBytes) in Pointers)
                WinogradWriter.Pointer(writer, tile, $"byte* {Local(name)} = {name} + {(IsFloat(name) ? "(i * 4)" : "i")}", pixelBytes, rowBytes);
            writer.Line($"int* {(tile.FinishesInRegisters ? "at" : "row")} = tileSums;");
            writer.Line($"int* correction = corrections + (i * {tile.Size * tile.Size});");
            string rows = $"{tile.Size}";
            if (IsRagged(kernel.OutputHeight))
            {
                string top = tile.Columns == 1 ? "tile" : $"(tile / {tile.Columns})";
                writer.Line($"int rows = Math.Min({tile.Size}, {kernel.OutputHeight} - {(tile.Rows == 1 ? "0" : $"({top} * {tile.Size})")});");
                rows = "rows";
            }

            if (IsRagged(kernel.OutputWidth))
                writer.Line($"int columns = Math.Min({tile.Size}, {kernel.OutputWidth} - {(tile.Columns == 1 ? "0" : $"(tile % {tile.Columns} * {tile.Size})")});");
            if (tile.FinishesInRegisters)
            {
                RowsInRegisters(pixel);
                return;
            }

            using (writer.Block($"for (int y = 0; y < {rows}; y++)"))
                Row(pixel);
        }
    }

    private string Load(int position) => $"{_isa.Vector}.Load({CSharp.Plus("at", position * tile.SumsPitch)}){AsSum}";

    /// <summary>Two rows at a time, so that what they share is computed once and everything stays in registers.</summary>
    private void RowsInRegisters(string pixel)
    {
        int columns = tile.Size + 2;
        foreach (string row in new[] { "a", "b" })
            writer.Line($"{SumType} {string.Join(", ", Enumerable.Range(0, columns).Select(column => $"{row}{column}"))};");
        if (tile.Size == 2)
        {
            writer.Line($"{SumType} one, minusOne;");
            for (int column = 0; column < columns; column++)
            {
                writer.Line($"one = {Load(4 + column)};");
                writer.Line($"minusOne = {Load(8 + column)};");
                writer.Line($"a{column} = {Load(column)} + one + minusOne;");
                writer.Line($"b{column} = {Load(12 + column)} + one - minusOne;");
            }

            string[] upper = ["a0 + a1 + a2", "a1 - a2 + a3"], lower = ["b0 + b1 + b2", "b1 - b2 + b3"];
            if (pixel == "Pixel" && StoresFour)
            {
                FourPixels([.. Corrected(upper, 0), .. Corrected(lower, 1)], 0);
                return;
            }

            Finished(pixel, 0, upper);
            Finished(pixel, 1, lower);
            return;
        }

        writer.Line($"{_int} even, odd, re, im;");
        writer.Line();
        writer.Line("// Rows 0 and 2.");
        for (int column = 0; column < 4; column++)
        {
            writer.Line($"even = {Load(7 + column)} + {Load(14 + column)};");
            writer.Line($"re = {Re(28 + (3 * column))};");
            EvenRows($"{Load(column)}", column);
        }

        writer.Line($"even = ({Re(11)}) + ({Re(18)});");
        writer.Line($"re = ({Re(40)}) + ({Re(43)});");
        EvenRows(Re(4), 4);
        writer.Line($"even = ({Im(11)}) + ({Im(18)});");
        writer.Line($"re = ({Im(40)}) - ({Im(43)});");
        EvenRows(Im(4), 5);
        Row4("a", 0);
        Row4("b", 2);

        writer.Line();
        writer.Line("// Rows 1 and 3.");
        for (int column = 0; column < 4; column++)
        {
            writer.Line($"odd = {Load(7 + column)} - {Load(14 + column)};");
            writer.Line($"im = {Im(28 + (3 * column))};");
            OddRows($"{Load(21 + column)}", column);
        }

        writer.Line($"odd = {Re(11)} - ({Re(18)});");
        writer.Line($"im = ({Im(40)}) + ({Im(43)});");
        OddRows(Re(25), 4);
        writer.Line($"odd = {Im(11)} - ({Im(18)});");
        writer.Line($"im = {Re(43)} - ({Re(40)});");
        OddRows(Im(25), 5);
        Row4("a", 1);
        Row4("b", 3);

        // Karatsuba's products, taken apart.
        string Re(int first) => $"{Load(first)} - {Load(first + 2)}";
        string Im(int first) => $"{Load(first)} + {Load(first + 1)}";

        void EvenRows(string zero, int column)
        {
            writer.Line($"a{column} = {zero} + even + re;");
            writer.Line($"b{column} = even - re;");
        }

        void OddRows(string infinity, int column)
        {
            writer.Line($"a{column} = odd - im;");
            writer.Line($"b{column} = {infinity} + odd + im;");
        }

        void Row4(string row, int y)
        {
            using (writer.BlockIf(y > 0 && IsRagged(kernel.OutputHeight), $"if (rows > {y})"))
            {
                writer.Line($"even = {row}1 + {row}2;");
                writer.Line($"odd = {row}1 - {row}2;");
                Sums(pixel, y, [$"{row}0 + even + {row}4", $"odd - {row}5", $"even - {row}4", $"odd + {row}5 + {row}3"]);
            }
        }
    }

    private void Finished(string pixel, int y, string[] sums)
    {
        using (writer.BlockIf(y > 0 && IsRagged(kernel.OutputHeight), $"if (rows > {y})"))
            Sums(pixel, y, sums);
    }

    /// <summary>A row's sums, with what their offsets add taken off, through the epilogue.</summary>
    private void Sums(string pixel, int y, string[] sums)
    {
        sums = Corrected(sums, y);
        if (pixel == "Pixel" && StoresFour)
            FourPixels(sums, y);
        else
            EachPixel(pixel, sums, y);
    }

    private string[] Corrected(string[] sums, int y) => [.. sums.Select((sum, column) =>
    {
        string corrected = $"{sum} + {_isa.Vector}.Load({CSharp.Plus("correction", ((y * tile.Size) + column) * _isa.Lanes)}){AsSum}";
        return tile.WidensLast ? $"{_isa.Integer}.MultiplyAddAdjacent({corrected}, {SumType}.One)" : corrected;
    })];

    private IEnumerable<(string Name, int PixelBytes, int RowBytes)> Pointers => EpilogueEmitter.Pointers(kernel.Epilogue);

    private bool IsFloat(string name) =>
        name == "residual" ? kernel.Epilogue.Residual!.IsFloat : kernel.Epilogue.Stores[name == EpilogueEmitter.Output(0) ? 0 : 1].Encoding is null;

    private static string Local(string name) => $"{name}0";

    private void Row(string pixel)
    {
        string Sum(int column) => $"{_isa.Vector}.Load({CSharp.Plus("row", column * tile.SumsPitch)})";
        writer.Line($"{_int} zero = {Sum(0)}, one = {Sum(1)}, minusOne = {Sum(2)}, infinity = {Sum(3)};");
        writer.Line($"{_int} even = one + minusOne, odd = one - minusOne;");
        string[] sums = ["zero + even", "odd + infinity"];
        if (tile.Size == 4)
        {
            writer.Line($"{_int} re = {Sum(4)}, im = {Sum(5)};");
            sums = ["zero + even + re", "odd - im", "even - re", "odd + im + infinity"];
        }

        Sums(pixel, 0, sums);
        writer.Line($"row += {PerRow * tile.SumsPitch};");
        writer.Line($"correction += {tile.Size * _isa.Lanes};");
        KernelWriter.Advance(writer, Pointers.Select(pointer => (Local(pointer.Name), pointer.RowBytes)));
    }

    /// <summary>Whether four pixels can be stored at once: levels of a row of a tile or of a whole tile, and no part of it hangs over.</summary>
    private bool StoresFour =>
        kernel.Epilogue.StoresLevels && !IsRagged(kernel.OutputWidth)
        && (tile.Size == 4 || (tile.FinishesInRegisters && !IsRagged(kernel.OutputHeight)));

    private void EachPixel(string pixel, string[] sums, int y)
    {
        for (int column = 0; column < sums.Length; column++)
        {
            IEnumerable<string> arguments = EpilogueEmitter.Parameters(kernel.Epilogue).Select(parameter =>
                Pointers.FirstOrDefault(pointer => pointer.Name == parameter.Name) is { Name: not null } pointer
                    ? CSharp.Plus(Local(parameter.Name), (y * pointer.RowBytes) + (column * pointer.PixelBytes))
                    : parameter.Name);
            string call = $"{pixel}{_isa.Name}({sums[column]}, scale, bias, {string.Join(", ", arguments)});";
            bool isGuarded = column > 0 && IsRagged(kernel.OutputWidth);
            writer.Line(isGuarded ? $"if (columns > {column})\n    {call}" : call);
        }
    }

    /// <summary>Four pixels, from row <paramref name="y"/> of the tile on.</summary>
    private void FourPixels(string[] sums, int y)
    {
        for (int i = 0; i < 4; i++)
        {
            int row = y + (i / tile.Size), column = i % tile.Size;
            string residual = kernel.Epilogue.Residual is { } operand
                ? CSharp.Plus(Local("residual"), (row * operand.RowBytes) + (column * operand.PixelBytes)) : "";
            writer.Line(FinishEmitter.Call(kernel.Epilogue, _isa, [sums[i], "scale", "bias"], residual, $"{y}{i}"));
        }

        for (int store = 0; store < kernel.Epilogue.Stores.Count; store++)
        {
            Store target = kernel.Epilogue.Stores[store];
            string levels = string.Join(", ", Enumerable.Range(0, 4).Select(i => FinishEmitter.Level(store, $"{y}{i}")));
            string pitch = tile.Size == 4 ? $"{target.PixelBytes}" : $"{target.PixelBytes}, {target.RowBytes}";
            writer.Line(
                $"Levels.{(tile.Size == 4 ? "Store" : "StoreSquare")}({levels}, {CSharp.Plus(Local(EpilogueEmitter.Output(store)), y * target.RowBytes)}, {pitch}{EpilogueEmitter.Most(kernel.Epilogue, store)});");
        }
    }
}

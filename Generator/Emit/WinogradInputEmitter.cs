using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;
using BitKernelGen.Packing;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// Levels to transformed levels: rows of a tile's window first, point by point, so that the few values of a point stay in
/// registers; then its columns. An offset makes the results unsigned.
/// </summary>
internal sealed class WinogradInputEmitter(SourceWriter writer, ProductKernel kernel, WinogradTile tile)
{
    private readonly WinogradTransform _transform = tile.Transform;
    private readonly string _vector = $"Vector{tile.DataVectorBytes * 8}";
    private int _position;

    private string Byte => $"{_vector}<byte>";

    private int Window => _transform.Window;

    public void Emit()
    {
        (string, string)[] parameters = [("byte*", "input"), ("byte*", "data"), ("int", "first"), ("int", "last")];
        writer.Line();
        writer.Line($"// The levels of tiles, transformed: {Window}x{Window} of them to {tile.Positions} for each channel.");
        writer.Line(KernelWriter.Optimized);
        using (writer.Block($"private static void Transform{tile.Isa.Name}({KernelWriter.Declare(parameters)})"))
        using (writer.Block("for (int tile = first; tile < last; tile++)"))
        {
            WinogradWriter.Pointer(writer, tile, "byte* window = input", kernel.InputPixelBytes, kernel.InputRowBytes);
            bool isOne = tile.TileBytes == tile.DataVectorBytes;
            using (writer.BlockIf(!isOne, $"for (int i = 0; i < {tile.TileBytes}; i += {tile.DataVectorBytes}, window += {tile.DataVectorBytes}, data += {tile.DataVectorBytes})"))
            {
                _position = 0;
                if (tile.Size == 2)
                    Two();
                else
                    Four();
            }

            if (isOne)
                writer.Line($"data += {tile.TileBytes};");
        }
    }

    private string Level(int row, int column) =>
        $"{_vector}.Load({CSharp.Plus("window", (row * kernel.InputRowBytes) + (column * kernel.InputPixelBytes))})";

    private string Difference(int column, int plus, int minus) => $"{Level(plus, column)} - {Level(minus, column)}";

    private void Declare(string type, IEnumerable<string> names) => writer.Line($"{type} {string.Join(", ", names)};");

    private void Each(string name, System.Func<int, string> value)
    {
        for (int column = 0; column < Window; column++)
            writer.Line($"{name}{column} = {value(column)};");
    }

    private void Store(string value)
    {
        int offset = _transform.Positions[_position].Offset(kernel.MaxLevel);
        string shifted = offset == 0 ? value : $"{value} + {_vector}.Create((byte){offset})";
        writer.Line($"({shifted}).Store({CSharp.Plus("data", _position * tile.DataPitch)});");
        _position++;
    }

    private void Two()
    {
        Declare(Byte, ["a0", "a1", "a2", "a3"]);
        foreach ((string point, System.Func<int, string> value) in new (string, System.Func<int, string>)[]
        {
            ("0", column => Difference(column, 0, 2)),
            ("1", column => $"{Level(1, column)} + {Level(2, column)}"),
            ("-1", column => Difference(column, 2, 1)),
            ("infinity", column => Difference(column, 3, 1)),
        })
        {
            writer.Line();
            writer.Line($"// Rows at {point}.");
            Each("a", value);
            Store("a0 - a2");
            Store("a1 + a2");
            Store("a2 - a1");
            Store("a3 - a1");
        }
    }

    private void Four()
    {
        Declare(Byte, Enumerable.Range(0, Window).SelectMany(column => new[] { $"a{column}", $"b{column}" }));
        Declare(Byte, ["even", "odd", "re", "im"]);
        Point("0", () => Each("a", column => Difference(column, 0, 4)), "a");
        if (tile.Isa.Registers >= 32)
        {
            Point("1, and the values for -1", EvenAndOdd, "a");
            Point("-1", null, "b");
        }
        else
        {
            Point("1", () => Each("a", column => $"{Level(2, column)} + {Level(4, column)} + ({Level(1, column)} + {Level(3, column)})"), "a");
            Point("-1", () => Each("a", column => $"{Level(2, column)} + {Level(4, column)} - ({Level(1, column)} + {Level(3, column)})"), "a");
        }

        Point("infinity", () => Each("a", column => Difference(column, 5, 1)), "a");

        writer.Line();
        writer.Line("// Rows at i: real part and imaginary part.");
        Each("a", column => Difference(column, 4, 2));
        Each("b", column => Difference(column, 3, 1));

        // The outer columns first: after that they need no registers.
        int first = _position;
        Complex("a0 - a4", "b0 - b4");
        _position = first + 9;
        Complex("a5 - a1", "b5 - b1");
        _position = first + 3;
        Complex("(a2 + a4) + (a1 + a3)", "(b2 + b4) + (b1 + b3)");
        Complex("(a2 + a4) - (a1 + a3)", "(b2 + b4) - (b1 + b3)");
        _position = first + 12;
        writer.Line("even = a4 - a2;");
        writer.Line("odd = b3 - b1;");
        Complex("even - odd", "(b4 - b2) + (a3 - a1)");
        Complex("even + odd", "(b4 - b2) - (a3 - a1)");
    }

    private void EvenAndOdd()
    {
        for (int column = 0; column < Window; column++)
        {
            writer.Line($"even = {Level(2, column)} + {Level(4, column)};");
            writer.Line($"odd = {Level(1, column)} + {Level(3, column)};");
            writer.Line($"a{column} = even + odd;");
            writer.Line($"b{column} = even - odd;");
        }
    }

    /// <summary>The columns of a real row point.</summary>
    private void Point(string name, System.Action? rows, string v)
    {
        writer.Line();
        writer.Line($"// Rows at {name}.");
        rows?.Invoke();
        Store($"{v}0 - {v}4");
        writer.Line($"even = {v}2 + {v}4;");
        writer.Line($"odd = {v}1 + {v}3;");
        Store("even + odd");
        Store("even - odd");
        Store($"{v}5 - {v}1");
        Complex($"{v}4 - {v}2", $"{v}3 - {v}1");
    }

    /// <summary>What Karatsuba multiplies of a complex value: re + im, re, im.</summary>
    private void Complex(string re, string im)
    {
        writer.Line($"re = {re};");
        writer.Line($"im = {im};");
        Store("re + im");
        Store("re");
        Store("im");
    }
}

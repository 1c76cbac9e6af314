using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// Weights to transformed weights, where those of all panels would not stay in the cache: made of a panel's packed weights whenever
/// they are needed. All in 8 bits, since transformed weights are at most 63, and those of halves 72.
/// </summary>
internal sealed class WinogradWeightEmitter(SourceWriter writer, WinogradTile tile)
{
    private readonly Isa _isa = tile.Isa;

    public void Emit()
    {
        writer.Line();
        writer.Line($"// The nine weights of each channel and output of a panel, transformed: {tile.Positions} of them.");
        using (KernelWriter.Method(writer, $"Expand{_isa.Name}", [("sbyte*", "weights"), ("sbyte*", "expanded")]))
        using (writer.Block($"for (int i = 0; i < {tile.TapBytes}; i += {_isa.Bytes}, weights += {_isa.Bytes}, expanded += {_isa.Bytes})"))
        {
            writer.Line($"{_isa.Vector}<sbyte> a0, a1, a2, b0, b1, b2, sum{(tile.Size == 4 ? ", re, im" : "")};");
            Rows("0", column => (Weight(0, column), null));
            Real("a", 0);
            Rows("1 and -1", column => ($"sum + {Weight(1, column)}", $"sum - {Weight(1, column)}"), column => $"{Weight(0, column)} + {Weight(2, column)}");
            Real("a", PerRow);
            Real("b", 2 * PerRow);
            Rows("infinity", column => (Weight(2, column), null));
            Real("a", 3 * PerRow);
            if (tile.Size == 2)
                return;

            Rows("i: real part and imaginary part", column => ($"{Weight(0, column)} - {Weight(2, column)}", Weight(1, column)));
            Complex(28, "a0", "b0");
            Complex(31, "a0 + a2 + a1", "b0 + b2 + b1");
            Complex(34, "a0 + a2 - a1", "b0 + b2 - b1");
            Complex(37, "a2", "b2");
            writer.Line("a0 -= a2;");
            writer.Line("b0 -= b2;");
            Complex(40, "a0 - b1", "b0 + a1");
            Complex(43, "a0 + b1", "b0 - a1");
        }
    }

    private int PerRow => tile.Size == 2 ? 4 : 7;

    private string Weight(int row, int column) => $"{_isa.Vector}.Load({CSharp.Plus("weights", ((row * 3) + column) * tile.TapBytes)})";

    private void Store(int position, string value) =>
        writer.Line($"{CSharp.Operand(value)}.Store({CSharp.Plus("expanded", position * tile.WeightPitch)});");

    /// <summary>The rows of the window at a point or two, column by column.</summary>
    private void Rows(string name, System.Func<int, (string A, string? B)> value, System.Func<int, string>? sum = null)
    {
        writer.Line();
        writer.Line($"// Rows at {name}.");
        foreach (int column in Enumerable.Range(0, 3))
        {
            if (sum is not null)
                writer.Line($"sum = {sum(column)};");
            (string a, string? b) = value(column);
            writer.Line($"a{column} = {a};");
            if (b is not null)
                writer.Line($"b{column} = {b};");
        }
    }

    /// <summary>The columns of a real row point.</summary>
    private void Real(string v, int first)
    {
        writer.Line($"sum = {v}0 + {v}2;");
        Store(first, $"{v}0");
        Store(first + 1, $"sum + {v}1");
        Store(first + 2, $"sum - {v}1");
        Store(first + 3, $"{v}2");
        if (tile.Size == 4)
            Complex(first + 4, $"{v}0 - {v}2", $"{v}1");
    }

    /// <summary>What Karatsuba multiplies by: re, im − re, re + im.</summary>
    private void Complex(int first, string re, string im)
    {
        writer.Line($"re = {re};");
        writer.Line($"im = {im};");
        Store(first, "re");
        Store(first + 1, "im - re");
        Store(first + 2, "re + im");
    }
}

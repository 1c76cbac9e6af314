using System.Collections.Generic;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>Takes a vector of weights out of its bits, for tiles that read them packed; the runtime's PanelUnpacker says how they lie.</summary>
internal static class PackedWeightsEmitter
{
    private const int Lane = 64;

    /// <summary>An expression of signed bytes.</summary>
    /// <param name="isa">The instruction set.</param>
    /// <param name="bits">Bits of a weight, below 8.</param>
    /// <param name="first">The first weight, counted from one at which the packing begins anew.</param>
    public static string Vector(Isa isa, int bits, int first)
    {
        int block = first / BitPacking.Block * (BitPacking.Block / 8) * bits, lane = first % BitPacking.Block / Lane, column = first % Lane;
        var parts = new List<string>();
        int below = 0;
        for (int width = 4; width > 0; width /= 2)
        {
            if ((bits & width) == 0)
                continue;
            int perByte = 8 / width, at = block + ((bits & ~((2 * width) - 1)) * Lane) + (lane / perByte * Lane) + column;
            parts.Add(Part(isa, at, lane % perByte * width, width, below));
            below += width;
        }

        string value = parts.Count == 1 ? parts[0] : $"({string.Join(" | ", parts)})", sign = $"{isa.Vector}.Create((byte){1 << (bits - 1)})";
        return bits == 1 ? $"({value} + {value} - {sign}).AsSByte()" : $"(({value} ^ {sign}) - {sign}).AsSByte()";
    }

    /// <summary>
    /// Some bits of each weight where they stand in it. There is no shift of bytes: what a 16-bit shift carries over from the neighbour is
    /// masked away.
    /// </summary>
    private static string Part(Isa isa, int at, int shift, int width, int below)
    {
        string bytes = $"{isa.Vector}.Load({CSharp.Plus("(byte*)weights", at)})", mask = $"{isa.Vector}.Create((byte){((1 << width) - 1) << below})";
        string shifted = shift == below ? bytes
            : shift > below ? $"({bytes}.AsUInt16() >>> {shift - below}).AsByte()"
            : $"({bytes}.AsUInt16() << {below - shift}).AsByte()";
        return $"({shifted} & {mask})";
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BitKernelGen.Packing;

/// <summary>
/// Makes tables of a layer's weights: for four channels at a place of the window, what the weights of each of their 16 subsets come to,
/// above the least of these sums. A block holds, for the outputs rounded up to whole panels, scales and biases (float32), corrections
/// (int32) and prelu's slopes; then the tables in the order in which they are looked up.
/// </summary>
internal static unsafe class WeightTablePacker
{
    private const int Group = 4, TableBytes = 16;

    public static byte* Pack(PackedWeights memory, SafeTensors file, QuantizedLayer layer, in LayerShape shape, WeightTableLayout layout)
    {
        int padded = (shape.Outputs + layout.PanelOutputs - 1) / layout.PanelOutputs * layout.PanelOutputs;
        int parameterBytes = (3 + (shape.HasSlope ? 1 : 0)) * sizeof(float) * padded;
        int tables = (shape.Channels + Group - 1) / Group * shape.Rows * shape.Columns;
        byte* block = memory.Add(parameterBytes + (padded * tables * TableBytes));
        var scale = (float*)block;
        LayerPacker.WriteScales(layer, shape, 0, scale, scale + padded, 1);
        var corrections = (int*)(scale + (2 * padded));
        int allBits = (1 << layout.Planes) - 1;
        for (int output = 0; output < shape.Outputs; output++)
        {
            // Outputs that are looked up together have their tables beside each other.
            byte* first = block + parameterBytes + (((output / layout.Outputs * tables * layout.Outputs) + (output % layout.Outputs)) * TableBytes);
            int negative = WriteTables(layer.Weights.Slice(output * layer.Inputs, layer.Inputs), shape, first, layout.Outputs * TableBytes);
            corrections[output] = (allBits * negative) - (int)LayerPacker.ZeroProduct(layer, shape, output);
        }

        if (shape.HasSlope)
            QuantizedLayer.ReadFinite(file, $"{shape.Name}.slope", layer.Outputs).CopyTo(new Span<float>(scale + (3 * padded), shape.Outputs));
        return block;
    }

    /// <summary>Writes the tables of an output: groups of channels, and for each the places of the window.</summary>
    /// <returns>The sum of its negative weights, which the tables' entries are above.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int WriteTables(ReadOnlySpan<sbyte> filter, in LayerShape shape, byte* table, int step)
    {
        Vector128<byte> entries = Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        int taps = shape.Rows * shape.Columns, channels = shape.Channels, all = 0;
        for (int channel = 0; channel < channels; channel += Group)
        {
            int count = Math.Min(Group, channels - channel);
            for (int tap = 0; tap < taps; tap++, table += step)
            {
                int negative = 0;
                Vector128<byte> sums = Vector128<byte>.Zero;
                for (int i = 0; i < count; i++)
                {
                    int weight = filter[(tap * channels) + channel + i];
                    Vector128<byte> bit = Vector128.Create((byte)(1 << i));
                    sums += Vector128.Equals(entries & bit, bit) & Vector128.Create((byte)weight);
                    negative += Math.Min(weight, 0);
                }

                (sums - Vector128.Create((byte)negative)).Store(table);
                all += negative;
            }
        }

        return all;
    }
}

using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// From the 8-bit sums of a tile, chunk by chunk in memory, to 32-bit sums: stored for a row of them, or on through the epilogue where
/// whole vectors of levels are stored.
/// </summary>
internal sealed class ActivationTableFinishEmitter(SourceWriter writer, ProductKernel kernel, ActivationTableTile tile)
{
    private const int Lanes = ActivationTableTile.VectorOutputs, Quarter = Lanes / 4;

    /// <summary>What follows the pointer to a tile's 8-bit sums where they go through the epilogue.</summary>
    public static IReadOnlyList<(string Type, string Name)> Parameters(Epilogue epilogue) =>
        [("float*", "parameters"), ("int", "rows"), ("int", "columns"), .. EpilogueEmitter.Parameters(epilogue)];

    private Isa Isa => tile.Isa;

    /// <summary>A vector of outputs of a tile, pixel by pixel, from its 8-bit sums to levels.</summary>
    public void EmitLevels()
    {
        Epilogue epilogue = kernel.Epilogue;
        FinishEmitter.EmitKept(writer, epilogue, Isa, hasZero: true);
        using (KernelWriter.Method(writer, $"Finish{Isa.Name}", [("byte*", "chunks"), .. Parameters(epilogue)]))
        {
            for (int i = 0; i < 4; i++)
            {
                writer.Line(
                    $"Vector512<float> scale{i} = {Load("parameters", i * Quarter)}, bias{i} = {Load("parameters", tile.PaddedOutputs + (i * Quarter))};");
                writer.Line($"Vector512<int> correction{i} = {Load("(int*)parameters", (2 * tile.PaddedOutputs) + (i * Quarter))};");
            }

            writer.Line("Vector512<ushort> pairs, odd;");
            using (writer.Block("for (int row = 0; row < rows; row++)"))
            {
                writer.Line("byte* pixel = chunks;");
                using (writer.Block("for (int column = 0; column < columns; column++)"))
                {
                    AddUp("pixel");
                    Levels(epilogue);
                    if (tile.Vectors > 1)
                        writer.Line($"pixel += {(tile.Vectors - 1) * tile.Chunks * Lanes};");
                    KernelWriter.Advance(writer, EpilogueEmitter.Pointers(epilogue).Select(pointer => (pointer.Name, pointer.PixelBytes)));
                }

                writer.Line($"chunks += {tile.Columns * tile.Vectors * tile.Chunks * Lanes};");
                foreach ((string name, int pixelBytes, int rowBytes) in EpilogueEmitter.Pointers(epilogue))
                    writer.Line($"{name} += {rowBytes} - (columns * {pixelBytes});");
            }
        }
    }

    private void Levels(Epilogue epilogue)
    {
        for (int i = 0; i < 4; i++)
        {
            string residual = epilogue.Residual is { } operand ? CSharp.Plus("residual", i * Quarter * (operand.IsFloat ? sizeof(float) : 1)) : "";
            writer.Line(FinishEmitter.Call(epilogue, Isa, [Sum(i), $"correction{i}", $"scale{i}", $"bias{i}"], residual, $"{i}"));
        }

        for (int store = 0; store < epilogue.Stores.Count; store++)
        {
            string levels = string.Join(", ", Enumerable.Range(0, 4).Select(i => FinishEmitter.Level(store, $"{i}")));
            writer.Line($"Levels.Store({levels}, {EpilogueEmitter.Output(store)}, {Quarter}{EpilogueEmitter.Most(epilogue, store)});");
        }
    }

    /// <summary>All sums of a tile, stored.</summary>
    /// <param name="rowSums">Sums from one output row to the next.</param>
    public void EmitSums(int rowSums)
    {
        using (KernelWriter.Method(writer, $"Sum{Isa.Name}", [("byte*", "chunks"), ("int*", "sums")]))
        {
            writer.Line("Vector512<ushort> pairs, odd;");
            using (KernelWriter.Loop(writer, "row", tile.Rows))
            {
                using (KernelWriter.Loop(writer, "i", tile.Columns * tile.Vectors))
                {
                    AddUp("chunks");
                    for (int i = 0; i < 4; i++)
                        writer.Line($"{Sum(i)}.Store({CSharp.Plus("sums", i * Quarter)});");
                    writer.Line($"sums += {Lanes};");
                }

                if (tile.Rows > 1)
                    KernelWriter.Advance(writer, [("sums", rowSums - (tile.Columns * tile.PanelOutputs))]);
            }
        }
    }

    private static string Load(string pointer, int offset) => $"Vector512.Load({CSharp.Plus(pointer, offset)})";

    /// <summary>Sixteen 32-bit sums of the 64.</summary>
    private static string Sum(int quarter) =>
        $"Avx512F.ConvertToVector512Int32({(quarter < 2 ? "pairs" : "odd")}.{(quarter % 2 == 0 ? "GetLower" : "GetUpper")}())";

    /// <summary>The chunks of a pixel and vector: even and odd bytes apart, in 16 bits.</summary>
    private void AddUp(string pointer)
    {
        writer.Line("pairs = odd = Vector512<ushort>.Zero;");
        using (writer.Block($"for (int chunk = 0; chunk < {tile.Chunks}; chunk++, {pointer} += {Lanes})"))
        {
            writer.Line($"Vector512<ushort> sum = Vector512.Load((ushort*){pointer});");
            writer.Line("pairs += sum;");
            writer.Line("odd += sum >>> 8;");
        }

        writer.Line("pairs -= odd << 8;");
    }
}

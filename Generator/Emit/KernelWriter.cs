using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>What every kernel's source has in common: the class, the entry that picks an instruction set, and loops over elements.</summary>
internal static class KernelWriter
{
    /// <summary>Kernels must not start in the JIT's first tier: early calls would run at a tenth of the speed.</summary>
    public const string Optimized = "[MethodImpl(MethodImplOptions.AggressiveOptimization)]";

    /// <summary>The name of a kernel's entry: for all of it or a thread's part, on any machine or an instruction set.</summary>
    public static string Entry(bool isPart, Isa? isa = null) => $"{(isPart ? "RunPart" : "Run")}{isa?.Name}";

    /// <summary>The entry: the instruction sets in order, the last one for all other machines; the JIT and AOT compilers fold it to one call.</summary>
    public static void Dispatch(
        SourceWriter writer, IReadOnlyList<(string Type, string Name)> parameters, IReadOnlyList<Isa> instructionSets, bool isPart = false)
    {
        string arguments = string.Join(", ", parameters.Select(parameter => parameter.Name));
        using (writer.Block($"public static void {Entry(isPart)}({Declare(parameters)})"))
        {
            for (int i = 0; i < instructionSets.Count; i++)
            {
                string test = i == instructionSets.Count - 1 ? "else" : $"{(i == 0 ? "if" : "else if")} ({instructionSets[i].Test})";
                writer.Line($"{test}\n    {Entry(isPart, instructionSets[i])}({arguments});");
            }
        }
    }

    /// <summary>Parameters as they are declared.</summary>
    public static string Declare(IEnumerable<(string Type, string Name)> parameters) =>
        string.Join(", ", parameters.Select(parameter => $"{parameter.Type} {parameter.Name}"));

    /// <summary>A method that the JIT compiles once, fully.</summary>
    public static IDisposable Method(
        SourceWriter writer, string name, IEnumerable<(string Type, string Name)> parameters, bool isPublic = false)
    {
        if (!isPublic)
            writer.Line();
        writer.Line(Optimized);
        return writer.Block($"{(isPublic ? "public" : "private")} static void {name}({Declare(parameters)})");
    }

    /// <summary>
    /// A loop over the elements of a pixel (or of a row whose pixels lie densely): whole vectors, then what is left over, which is
    /// 4, 8 or 12 levels.
    /// </summary>
    public static void Elements(SourceWriter writer, Isa isa, int elements, Action<string, int> body)
    {
        int whole = elements / isa.Lanes, rest = elements % isa.Lanes;
        if (whole > 1)
        {
            using (writer.Block($"for (int i = 0; i < {whole * isa.Lanes}; {(isa.Lanes == 1 ? "i++" : $"i += {isa.Lanes}")})"))
                body("i", 0);
        }
        else if (whole == 1)
        {
            Scoped(writer, rest > 0, () => body("0", 0));
        }

        if (rest > 0)
            Scoped(writer, whole > 0, () => body((whole * isa.Lanes).ToString(), rest));
    }

    /// <summary>
    /// Loops over the rows and pixels of what an epilogue stores, moving every pointer along; over the rows of a part where they are given.
    /// </summary>
    public static void Pixels(
        SourceWriter writer, int height, int width, IReadOnlyList<(string Name, int PixelBytes, int RowBytes)> pointers, Action body, Range? rows = null)
    {
        if (rows is not null)
        {
            foreach ((string name, _, int rowBytes) in pointers)
                writer.Line($"{name} += {rows.From} * {rowBytes};");
        }

        using (rows is null ? Loop(writer, "y", height) : rows.Loop(writer, "y"))
        {
            using (Loop(writer, "x", width))
            {
                body();
                if (width > 1)
                    Advance(writer, pointers.Select(pointer => (pointer.Name, pointer.PixelBytes)));
            }

            if (height > 1)
                Advance(writer, pointers.Select(pointer => (pointer.Name, pointer.RowBytes - (width > 1 ? width * pointer.PixelBytes : 0))));
        }
    }

    /// <summary>A counted loop, or nothing around the body that runs once.</summary>
    public static IDisposable? Loop(SourceWriter writer, string variable, int count) =>
        writer.BlockIf(count != 1, $"for (int {variable} = 0; {variable} < {count}; {variable}++)");

    /// <summary>Moves pointers by constants.</summary>
    public static void Advance(SourceWriter writer, IEnumerable<(string Name, int Bytes)> pointers)
    {
        foreach ((string name, int bytes) in pointers.Where(pointer => pointer.Bytes != 0))
            writer.Line(CSharp.Move(name, bytes));
    }

    /// <summary>Whether all rows can be walked as one run of elements: every pixel has as many elements in memory everywhere.</summary>
    public static bool HasOnePitch(Epilogue epilogue, Operand? first, out int elements)
    {
        elements = epilogue.Stores[0].PixelElements;
        int pitch = elements;
        return epilogue.Stores.All(store => store.PixelElements == pitch)
            && new[] { first, epilogue.Residual }.All(operand =>
                operand is null || (operand.IsFloat ? operand.PixelBytes / sizeof(float) : operand.PixelBytes) == pitch);
    }

    private static void Scoped(SourceWriter writer, bool scoped, Action body)
    {
        if (!scoped)
        {
            body();
            return;
        }

        writer.Line();
        using (writer.Block("// What does not fill a vector."))
            body();
    }
}

using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>From 32-bit sums to what is stored: scale, bias and the epilogue.</summary>
internal static class FinishEmitter
{
    /// <summary>Parameters of the method that finishes one vector of sums; the epilogue's pointers point at its first element.</summary>
    public static IReadOnlyList<(string Type, string Name)> VectorParameters(Epilogue epilogue, Isa isa, bool hasZero) =>
    [
        ($"{isa.Vector}<int>", "sum"),
        .. hasZero ? [($"{isa.Vector}<int>", "correction")] : System.Array.Empty<(string, string)>(),
        ($"{isa.Vector}<float>", "scale"),
        ($"{isa.Vector}<float>", "bias"),
        .. EpilogueEmitter.Parameters(epilogue),
    ];

    /// <summary>One vector of sums, inlined where a tile has them in registers.</summary>
    public static void EmitVector(SourceWriter writer, Epilogue epilogue, Isa isa, bool hasZero)
    {
        var emitter = new EpilogueEmitter(epilogue, isa);
        writer.Line();
        writer.Line($"// A vector of sums to {EpilogueEmitter.Describe(epilogue)}.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Block($"private static void Finish{isa.Name}({KernelWriter.Declare(VectorParameters(epilogue, isa, hasZero))})"))
        {
            emitter.Scale(writer, hasZero ? "sum + correction" : "sum");
            emitter.Emit(writer, "0", 0);
        }
    }

    /// <summary>The variable that keeps the levels of a sum for a store.</summary>
    public static string Level(int store, string sum) => $"{(store == 0 ? "level" : "skipLevel")}{sum}";

    /// <summary>One vector of sums to levels that are stored later, inlined.</summary>
    public static void EmitKept(SourceWriter writer, Epilogue epilogue, Isa isa, bool hasZero)
    {
        var emitter = new EpilogueEmitter(epilogue, isa);
        IEnumerable<string> parameters = VectorParameters(epilogue, isa, hasZero).Where(IsRead).Select(parameter => $"{parameter.Type} {parameter.Name}");
        IEnumerable<string> kept = Enumerable.Range(0, epilogue.Stores.Count).Select(store => $"out {emitter.Type("int")} {Kept(store)}");
        writer.Line();
        writer.Line($"// A vector of sums to {EpilogueEmitter.Describe(epilogue)}, to be stored with its neighbours.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Block($"private static void Levels{isa.Name}({string.Join(", ", parameters.Concat(kept))})"))
        {
            emitter.Scale(writer, hasZero ? "sum + correction" : "sum");
            emitter.Emit(writer, "0", 0, keep: Kept);
        }

        static string Kept(int store) => store == 0 ? "kept" : "keptSkip";
    }

    /// <summary>A call of what <see cref="EmitKept"/> emits.</summary>
    /// <param name="epilogue">What follows scale and bias.</param>
    /// <param name="isa">The instruction set.</param>
    /// <param name="leading">The arguments up to the bias.</param>
    /// <param name="residual">Where the residual lies.</param>
    /// <param name="sum">Names the variables that keep its levels.</param>
    public static string Call(Epilogue epilogue, Isa isa, IEnumerable<string> leading, string residual, string sum)
    {
        IEnumerable<string> arguments = EpilogueEmitter.Parameters(epilogue).Where(IsRead).Select(parameter => parameter.Name == "residual" ? residual : parameter.Name);
        IEnumerable<string> kept = Enumerable.Range(0, epilogue.Stores.Count).Select(store => $"out {isa.Vector}<int> {Level(store, sum)}");
        return $"Levels{isa.Name}({string.Join(", ", leading.Concat(arguments).Concat(kept))});";
    }

    /// <summary>Whether a parameter is needed for the levels, before they are stored.</summary>
    private static bool IsRead((string Type, string Name) parameter) => parameter.Name is not ("output" or "skip");

    /// <summary>A row of sums in memory, for the outputs of one panel.</summary>
    /// <param name="writer">Receives the method <c>Finish…</c>.</param>
    /// <param name="epilogue">What follows scale and bias.</param>
    /// <param name="isa">The instruction set.</param>
    /// <param name="width">Pixels of the row.</param>
    /// <param name="panelOutputs">Sums of a pixel.</param>
    /// <param name="paddedOutputs">Outputs from the scales to the biases, and from those to the corrections.</param>
    /// <param name="hasZero">Whether there are corrections for the zero offset.</param>
    public static void Emit(SourceWriter writer, Epilogue epilogue, Isa isa, int width, int panelOutputs, int paddedOutputs, bool hasZero)
    {
        var emitter = new EpilogueEmitter(epilogue, isa);
        (string, string)[] parameters =
            [("int*", "sums"), ("float*", "parameters"), ("int", "channels"), .. EpilogueEmitter.Parameters(epilogue)];
        int rest = epilogue.Stores[0].PixelElements % isa.Lanes;
        writer.Line();
        writer.Line($"// Sums to {EpilogueEmitter.Describe(epilogue)}.");
        writer.Line(KernelWriter.Optimized);
        using (writer.Block($"private static void Finish{isa.Name}({KernelWriter.Declare(parameters)})"))
        {
            string last = isa.Lanes == 1 ? "i < channels" : $"i <= channels - {isa.Lanes}";
            writer.Line("int i = 0;");
            using (writer.Block($"for (; {last}; {(isa.Lanes == 1 ? "i++" : $"i += {isa.Lanes}")})"))
                Pixels(0);
            if (rest > 0)
            {
                using (writer.Block("if (i < channels)"))
                    Pixels(rest);
            }
        }

        void Pixels(int count)
        {
            string Load(string pointer, int offset) =>
                isa.Lanes == 1 ? $"{pointer}[{CSharp.Plus("i", offset)}]" : $"{isa.Vector}.Load({CSharp.Plus($"{pointer} + i", offset)})";
            writer.Line($"{emitter.Type("float")} scale = {Load("parameters", 0)};");
            if (epilogue.Plane != Plane.Next)
                writer.Line($"{emitter.Type("float")} bias = {Load("parameters", paddedOutputs)};");
            if (hasZero)
                writer.Line($"{emitter.Type("int")} correction = {Load(isa.Lanes == 1 ? "((int*)parameters)" : "(int*)parameters", 2 * paddedOutputs)};");
            if (epilogue.Activation.Kind == Profiles.Activation.PRelu)
                writer.Line($"{emitter.Type("float")} slope = {Load("parameters", (hasZero ? 3 : 2) * paddedOutputs)};");
            using (KernelWriter.Loop(writer, "x", width))
            {
                string at = width == 1 ? "i" : $"i + (x * {panelOutputs})";
                string sum = isa.Lanes == 1 ? $"sums[{at}]" : $"{isa.Vector}.Load(sums + {at})";
                if (hasZero)
                    sum += " + correction";
                emitter.Scale(writer, sum);
                emitter.Emit(writer, "i", count, width == 1 ? null : "x");
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>Add, mul, average pooling and recoding: one result for each element, then the epilogue.</summary>
internal static class ElementwiseEmitter
{
    public static IReadOnlyList<(string Type, string Name)> Parameters(AddKernel kernel) =>
        [("byte*", "input"), .. kernel.First.IsFloat ? Array.Empty<(string, string)>() : [("float", "inputStep")], .. EpilogueEmitter.Parameters(kernel.Epilogue)];

    public static IReadOnlyList<(string Type, string Name)> Parameters(AvgPoolKernel kernel) =>
        [("byte*", "input"), ("double", "inputStep"), .. EpilogueEmitter.Parameters(kernel.Epilogue)];

    public static IReadOnlyList<(string Type, string Name)> Parameters(RecodeKernel kernel) =>
        kernel.IsEqual
            ? [("byte*", "input"), ("byte*", "output")]
            : [("byte*", "input"), .. kernel.Input.IsFloat ? Array.Empty<(string, string)>() : [("float", "inputStep")], .. EpilogueEmitter.Parameters(EpilogueOf(kernel))];

    public static void Emit(SourceWriter writer, AddKernel kernel)
    {
        KernelWriter.Dispatch(writer, Parameters(kernel), Isa.Widths);
        Add(writer, kernel, Parameters(kernel), isPart: false);
    }

    /// <summary>A part of the kernel's rows.</summary>
    public static void EmitPart(SourceWriter writer, AddKernel kernel, IReadOnlyList<(string Type, string Name)> parameters) =>
        Add(writer, kernel, parameters, isPart: true);

    private static void Add(SourceWriter writer, AddKernel kernel, IReadOnlyList<(string Type, string Name)> parameters, bool isPart)
    {
        // Where every operand's pixels have as many elements, a row is one long pixel.
        int width = kernel.Width;
        if (KernelWriter.HasOnePitch(kernel.Epilogue, kernel.First, out int elements))
        {
            elements *= width;
            width = 1;
        }

        foreach (Isa isa in Isa.Widths)
        {
            var emitter = new EpilogueEmitter(kernel.Epilogue, isa);
            (string, int, int)[] pointers =
                [("input", kernel.First.PixelBytes, kernel.First.RowBytes), .. EpilogueEmitter.Pointers(kernel.Epilogue)];
            using (KernelWriter.Method(writer, KernelWriter.Entry(isPart, isa), parameters))
            {
                Range? rows = isPart ? Range.OfPart(writer, kernel.Height) : null;
                KernelWriter.Pixels(writer, kernel.Height, width, pointers, () => KernelWriter.Elements(writer, isa, elements, (i, count) =>
                {
                    writer.Line($"{emitter.Type("float")} value = {emitter.Value(kernel.First, "input", i, "inputStep")};");
                    emitter.Emit(writer, i, count);
                }), rows);
            }
        }
    }

    public static void Emit(SourceWriter writer, AvgPoolKernel kernel)
    {
        IReadOnlyList<(string Type, string Name)> parameters = Parameters(kernel);
        KernelWriter.Dispatch(writer, parameters, Isa.Widths);
        foreach (Isa isa in Isa.Widths)
        {
            using (KernelWriter.Method(writer, $"Run{isa.Name}", parameters))
                AvgPoolBody(writer, kernel, isa);
        }
    }

    private static void AvgPoolBody(SourceWriter writer, AvgPoolKernel kernel, Isa isa)
    {
        var emitter = new EpilogueEmitter(kernel.Epilogue, isa);
        Profiles.Window window = kernel.Window;
        using (writer.Block($"for (int y = 0; y < {kernel.OutputHeight}; y++)"))
        {
            PoolWindow.Rows(writer, window, kernel.InputHeight);
            using (writer.Block($"for (int x = 0; x < {kernel.OutputWidth}; x++)"))
            {
                PoolWindow.Columns(writer, window, kernel.InputWidth);
                writer.Line("int count = (bottom - top) * (right - left);");
                string divisor = kernel.CountsPadding ? $"{window.KernelHeight * window.KernelWidth}" : "count";
                writer.Line($"float mean = (float)(inputStep / {divisor});");
                KernelWriter.Elements(writer, isa, kernel.Epilogue.Stores[0].PixelElements, (i, count) =>
                {
                    writer.Line($"{emitter.Type("int")} sum = {emitter.Create(kernel.Zero == 0 ? "0" : $"-{kernel.Zero} * count")};");
                    using (writer.Block("for (int row = top; row < bottom; row++)"))
                    {
                        writer.Line($"byte* source = {CSharp.Plus($"input + (row * {kernel.InputRowBytes})", i)};");
                        using (writer.Block("for (int column = left; column < right; column++)"))
                            writer.Line($"sum += {emitter.LoadLevels("source", CSharp.Times("column", kernel.InputPixelBytes))};");
                    }

                    writer.Line($"{emitter.Type("float")} value = {emitter.ToSingle("sum")} * {emitter.Create("mean")};");
                    emitter.Emit(writer, i, count);
                });
                KernelWriter.Advance(writer, EpilogueEmitter.Pointers(kernel.Epilogue).Select(pointer => (pointer.Name, pointer.PixelBytes)));
            }

            KernelWriter.Advance(
                writer,
                EpilogueEmitter.Pointers(kernel.Epilogue).Select(pointer => (pointer.Name, pointer.RowBytes - (kernel.OutputWidth * pointer.PixelBytes))));
        }
    }

    /// <summary>Recoding is scalar: channels of a concat start anywhere, and vectors would write over their neighbours.</summary>
    public static void Emit(SourceWriter writer, RecodeKernel kernel)
    {
        var emitter = new EpilogueEmitter(EpilogueOf(kernel), Isa.Scalar);
        (string, int, int)[] pointers =
        [
            ("input", kernel.Input.PixelBytes, kernel.Input.RowBytes),
            ("output", kernel.Store.PixelBytes, kernel.Store.RowBytes),
        ];
        writer.Line(KernelWriter.Optimized);
        using (writer.Block($"public static void Run({KernelWriter.Declare(Parameters(kernel))})"))
        {
            KernelWriter.Pixels(writer, kernel.Height, kernel.Width, pointers, () =>
            {
                if (kernel.IsEqual)
                {
                    writer.Line($"Unsafe.CopyBlockUnaligned(output, input, {kernel.Channels});");
                    return;
                }

                KernelWriter.Elements(writer, Isa.Scalar, kernel.Channels, (i, count) =>
                {
                    writer.Line($"float value = {emitter.Value(kernel.Input, "input", i, "inputStep")};");
                    emitter.Emit(writer, i, count);
                });
            });
        }
    }

    private static Epilogue EpilogueOf(RecodeKernel kernel) =>
        new(null, Profiles.ActivationFunction.None, false, new Profiles.EquatableArray<Store>(kernel.Store));
}

using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>Maximum pooling and copies: levels in, levels out, no arithmetic on values.</summary>
internal static class MoveEmitter
{
    public static IReadOnlyList<(string Type, string Name)> Parameters { get; } = [("byte*", "input"), ("byte*", "output")];

    public static void Emit(SourceWriter writer, MaxPoolKernel kernel) => MaxPool(writer, kernel, Parameters, isPart: false);

    /// <summary>A part of the kernel's rows.</summary>
    public static void EmitPart(SourceWriter writer, MaxPoolKernel kernel, IReadOnlyList<(string Type, string Name)> parameters) =>
        MaxPool(writer, kernel, parameters, isPart: true);

    private static void MaxPool(SourceWriter writer, MaxPoolKernel kernel, IReadOnlyList<(string Type, string Name)> parameters, bool isPart)
    {
        Isa[] widths = [.. new[] { Isa.Avx512, Isa.Avx2 }.Where(isa => isa.Bytes <= kernel.OutputPixelBytes), Isa.Vector128];
        bool isOnly = widths.Length == 1;
        if (!isOnly)
            KernelWriter.Dispatch(writer, parameters, widths, isPart);
        foreach (Isa isa in widths)
            MaxPool(writer, kernel, isa, isOnly, parameters, isPart);
    }

    private static void MaxPool(
        SourceWriter writer, MaxPoolKernel kernel, Isa isa, bool isOnly, IReadOnlyList<(string Type, string Name)> parameters, bool isPart)
    {
        // A maximum may be taken twice, so the last vector of a pixel may overlap the one before it.
        int channels = kernel.OutputPixelBytes, bytes = isa.Bytes <= channels ? isa.Bytes : 4;
        string vector = isa.Vector;
        string Load(string address) => bytes == 4 ? $"Vector128.CreateScalar(*(uint*){CSharp.Operand(address)}).AsByte()" : $"{vector}.Load({address})";

        int rowStep = kernel.OutputRowBytes - (kernel.OutputWidth * channels);
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart, isOnly ? null : isa), parameters, isPublic: isOnly))
        {
            Range rows = isPart ? Range.OfPart(writer, kernel.OutputHeight) : Range.All(kernel.OutputHeight);
            if (isPart)
                writer.Line($"output += from * {kernel.OutputRowBytes};");
            using (writer.Block($"for (int y = {rows.From}; y < {rows.To}; y++{(rowStep == 0 ? "" : $", output += {rowStep}")})"))
                Row();
        }

        void Row()
        {
            PoolWindow.Rows(writer, kernel.Window, kernel.InputHeight);
            using (writer.Block($"for (int x = 0; x < {kernel.OutputWidth}; x++, output += {channels})"))
            {
                PoolWindow.Columns(writer, kernel.Window, kernel.InputWidth);
                if (channels > bytes)
                {
                    using (writer.Block($"for (int i = 0; i < {channels}; i += {bytes})"))
                        One(channels % bytes == 0 ? "i" : $"Math.Min(i, {channels - bytes})");
                }
                else
                {
                    One("0");
                }
            }
        }

        void One(string at)
        {
            if (at.StartsWith("Math"))
            {
                writer.Line($"int at = {at};");
                at = "at";
            }

            writer.Line($"{vector}<byte> largest = {vector}<byte>.Zero;");
            using (writer.Block("for (int row = top; row < bottom; row++)"))
            {
                writer.Line($"byte* level = {CSharp.Plus($"input + (row * {kernel.InputRowBytes})", at)};");
                using (writer.Block("for (int column = left; column < right; column++)"))
                    writer.Line($"largest = {vector}.Max(largest, {Load($"level + (column * {kernel.InputPixelBytes})")});");
            }

            writer.Line(bytes == 4 ? $"*(uint*){CSharp.Operand(CSharp.Plus("output", at))} = largest.AsUInt32().ToScalar();" : $"largest.Store({CSharp.Plus("output", at)});");
        }
    }

    public static void Emit(SourceWriter writer, CopyKernel kernel)
    {
        (string, int, int)[] pointers =
        [
            ("input", kernel.StrideWidth * kernel.InputPixelBytes, kernel.StrideHeight * kernel.InputRowBytes),
            ("output", kernel.OutputPixelBytes, kernel.OutputRowBytes),
        ];
        writer.Line(KernelWriter.Optimized);
        using (writer.Block($"public static void Run({KernelWriter.Declare(Parameters)})"))
        {
            KernelWriter.Pixels(writer, kernel.Height, kernel.Width, pointers, () =>
            {
                if (kernel.BytesBefore > 0)
                    writer.Line($"Unsafe.InitBlockUnaligned(output, {kernel.Fill}, {kernel.BytesBefore});");
                writer.Line($"Unsafe.CopyBlockUnaligned({CSharp.Plus("output", kernel.BytesBefore)}, input, {kernel.CopiedBytes});");
                if (kernel.BytesAfter > 0)
                    writer.Line($"Unsafe.InitBlockUnaligned({CSharp.Plus("output", kernel.BytesBefore + kernel.CopiedBytes)}, {kernel.Fill}, {kernel.BytesAfter});");
            });
        }
    }
}

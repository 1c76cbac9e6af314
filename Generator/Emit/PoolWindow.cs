using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Emit;

/// <summary>The bounds of a pooling window, clipped to the input where padding could reach past it.</summary>
internal static class PoolWindow
{
    public static void Rows(SourceWriter writer, Window window, int inputHeight) =>
        Bounds(writer, "y", "top", "bottom", window.KernelHeight, window.StrideHeight, window.PadTop, window.PadTop + window.PadBottom > 0, inputHeight);

    public static void Columns(SourceWriter writer, Window window, int inputWidth) =>
        Bounds(writer, "x", "left", "right", window.KernelWidth, window.StrideWidth, window.PadLeft, window.PadLeft + window.PadRight > 0, inputWidth);

    private static void Bounds(
        SourceWriter writer, string index, string first, string end, int kernel, int stride, int pad, bool isClipped, int size)
    {
        string start = CSharp.Plus(stride > 1 && pad == 0 ? $"{index} * {stride}" : CSharp.Times(index, stride), -pad);
        if (isClipped)
        {
            writer.Line($"int {first} = Math.Max({start}, 0);");
            writer.Line($"int {end} = Math.Min({CSharp.Plus(CSharp.Times(index, stride), kernel - pad)}, {size});");
        }
        else
        {
            writer.Line($"int {first} = {start};");
            writer.Line($"int {end} = {first} + {kernel};");
        }
    }
}

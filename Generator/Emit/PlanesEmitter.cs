using System.Collections.Generic;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>Levels to bit-planes, a row at a time.</summary>
internal static class PlanesEmitter
{
    public static IReadOnlyList<(string Type, string Name)> Parameters { get; } = [("byte*", "input"), ("byte*", "bits"), ("byte*", "output")];

    public static void Emit(SourceWriter writer, PlanesKernel kernel)
    {
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart: false), Parameters, isPublic: true))
        using (KernelWriter.Loop(writer, "y", kernel.Height))
        {
            writer.Line($"BitPlanes.Split(input, {kernel.InputBytes}, bits, output, {kernel.PlaneBytes}, {kernel.Planes});");
            if (kernel.Height > 1)
                KernelWriter.Advance(writer, [("input", kernel.InputRowBytes), ("output", kernel.PlaneRowBytes)]);
        }
    }
}

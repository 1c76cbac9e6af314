using System.Collections.Generic;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// RunPart, beside a kernel's Run: the share of one of several threads. Parts write disjoint bytes and compute each element as Run
/// does, so that there are the same bits whatever the number of threads.
/// </summary>
internal static class PartEmitter
{
    /// <summary>Whether a kernel can be cut; one that can't is run by one thread.</summary>
    public static bool HasParts(Kernel kernel) =>
        kernel is ProductKernel or DepthwiseKernel or AddKernel or MaxPoolKernel or GatheredKernel { Runs: > 1 };

    public static void Emit(SourceWriter writer, Kernel kernel)
    {
        IReadOnlyList<(string Type, string Name)> parameters = [.. KernelEmitter.Parameters(kernel), ("int", "part"), ("int", "parts")];
        writer.Line();
        if (kernel is ProductKernel or DepthwiseKernel or AddKernel)
            KernelWriter.Dispatch(writer, parameters, kernel is ProductKernel product ? product.InstructionSets : Isa.Widths, isPart: true);
        switch (kernel)
        {
            case ProductKernel conv:
                ProductEmitter.EmitPart(writer, conv, parameters);
                break;
            case DepthwiseKernel depthwise:
                DepthwiseEmitter.EmitPart(writer, depthwise, parameters);
                break;
            case AddKernel add:
                ElementwiseEmitter.EmitPart(writer, add, parameters);
                break;
            case MaxPoolKernel pool:
                MoveEmitter.EmitPart(writer, pool, parameters);
                break;
            case GatheredKernel gathered:
                GatheredEmitter.EmitPart(writer, gathered, parameters);
                break;
        }
    }
}

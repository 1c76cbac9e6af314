using System;
using System.Collections.Generic;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>One file for each distinct kernel.</summary>
internal static class KernelEmitter
{
    public static string Emit(Kernel kernel, string name, ModelNames names)
    {
        var writer = new SourceWriter();
        writer.Line(ModelNames.Header);
        using (writer.Block($"namespace {names.FullKernelNamespace}"))
        {
            writer.Line("using global::System;");
            writer.Line("using global::System.Runtime.CompilerServices;");
            writer.Line("using global::System.Runtime.Intrinsics;");
            writer.Line("using global::System.Runtime.Intrinsics.Arm;");
            writer.Line("using global::System.Runtime.Intrinsics.Wasm;");
            writer.Line("using global::System.Runtime.Intrinsics.X86;");
            writer.Line("using global::BitKernelGen.Execution;");
            writer.Line("using global::BitKernelGen.Packing;");
            writer.Line();
            writer.Line($"/// <summary>{Summary(kernel)}</summary>");
            using (writer.Block($"internal static unsafe class {name}"))
            {
                Body(writer, kernel);
                if (names.IsParallel && PartEmitter.HasParts(kernel))
                    PartEmitter.Emit(writer, kernel);
                if (EpilogueOf(kernel) is { } epilogue)
                    FunctionEmitter.Methods(writer, epilogue);
            }
        }

        return writer.ToString();
    }

    /// <summary>The parameters of a kernel's entry.</summary>
    public static IReadOnlyList<(string Type, string Name)> Parameters(Kernel kernel) => kernel switch
    {
        ProductKernel product => ProductEmitter.Parameters(product),
        GatheredKernel gathered => GatheredEmitter.Parameters(gathered),
        SoftmaxKernel softmax => SoftmaxEmitter.Parameters(softmax),
        DepthwiseKernel depthwise => DepthwiseEmitter.Parameters(depthwise),
        AddKernel add => ElementwiseEmitter.Parameters(add),
        AvgPoolKernel pool => ElementwiseEmitter.Parameters(pool),
        RecodeKernel recode => ElementwiseEmitter.Parameters(recode),
        PlanesKernel => PlanesEmitter.Parameters,
        _ => MoveEmitter.Parameters,
    };

    private static Epilogue? EpilogueOf(Kernel kernel) => kernel switch
    {
        ProductKernel product => product.Epilogue,
        GatheredKernel gathered => gathered.Product.Epilogue,
        DepthwiseKernel depthwise => depthwise.Epilogue,
        AddKernel add => add.Epilogue,
        _ => null,
    };

    private static void Body(SourceWriter writer, Kernel kernel)
    {
        switch (kernel)
        {
            case ProductKernel product:
                ProductEmitter.Emit(writer, product);
                break;
            case GatheredKernel gathered:
                GatheredEmitter.Emit(writer, gathered);
                break;
            case DepthwiseKernel depthwise:
                DepthwiseEmitter.Emit(writer, depthwise);
                break;
            case SoftmaxKernel softmax:
                SoftmaxEmitter.Emit(writer, softmax);
                break;
            case AddKernel add:
                ElementwiseEmitter.Emit(writer, add);
                break;
            case AvgPoolKernel pool:
                ElementwiseEmitter.Emit(writer, pool);
                break;
            case RecodeKernel recode:
                ElementwiseEmitter.Emit(writer, recode);
                break;
            case MaxPoolKernel pool:
                MoveEmitter.Emit(writer, pool);
                break;
            case PlanesKernel planes:
                PlanesEmitter.Emit(writer, planes);
                break;
            case CopyKernel copy:
                MoveEmitter.Emit(writer, copy);
                break;
            default:
                throw new NotSupportedException(kernel.GetType().Name);
        }
    }

    private static string Summary(Kernel kernel) => kernel switch
    {
        ProductKernel { IsDense: true } dense =>
            $"{dense.KernelHeight * dense.KernelWidth * dense.InputChannels} elements to {dense.OutputChannels}: {Epilogue(dense.Epilogue)}.",
        ProductKernel conv =>
            $"{conv.KernelHeight}x{conv.KernelWidth} convolution, {conv.InputChannels} channels to {conv.OutputHeight}x{conv.OutputWidth}x{conv.OutputChannels}: {Epilogue(conv.Epilogue)}.",
        DepthwiseKernel depthwise =>
            $"{depthwise.KernelHeight}x{depthwise.KernelWidth} depthwise convolution to {depthwise.OutputHeight}x{depthwise.OutputWidth}x{depthwise.Channels}: {Epilogue(depthwise.Epilogue)}.",
        GatheredKernel conv =>
            $"{conv.Window.KernelHeight}x{conv.Window.KernelWidth} convolution{(conv.Window.IsDilated ? ", dilated" : "")}{(conv.Groups > 1 ? $" in {conv.Groups} groups" : "")}, " +
            $"{conv.Groups * conv.GroupChannels} channels to {conv.Product.OutputHeight}x{conv.Product.OutputWidth}x{conv.Runs * conv.Product.OutputChannels}: {Epilogue(conv.Product.Epilogue)}.",
        SoftmaxKernel softmax => $"Softmax over {softmax.Channels} channels.",
        AddKernel { Epilogue.IsProduct: true } mul => $"Product of two tensors, {mul.Height}x{mul.Width}x{mul.Channels}: {Epilogue(mul.Epilogue)}.",
        AddKernel add => $"Sum of two {add.Height}x{add.Width}x{add.Channels} tensors: {Epilogue(add.Epilogue)}.",
        AvgPoolKernel pool => $"Averages, {pool.OutputHeight}x{pool.OutputWidth}x{pool.Channels}: {Epilogue(pool.Epilogue)}.",
        MaxPoolKernel pool => $"Maxima, {pool.OutputHeight}x{pool.OutputWidth}, {pool.OutputPixelBytes} channels.",
        CopyKernel copy => $"Copies {copy.Height}x{copy.Width} pixels.",
        PlanesKernel planes => $"Bit-planes of {planes.Height} rows of levels.",
        RecodeKernel recode => $"Places {recode.Channels} channels of {recode.Height}x{recode.Width} pixels beside others.",
        _ => "",
    };

    private static string Epilogue(Epilogue epilogue) => EpilogueEmitter.Describe(epilogue);
}

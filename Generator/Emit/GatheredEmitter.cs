using System.Collections.Generic;
using BitKernelGen.Generator.Planning;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Emit;

/// <summary>A convolution with groups or dilation: windows are gathered into pixels, which a product kernel then multiplies.</summary>
internal static class GatheredEmitter
{
    public static IReadOnlyList<(string Type, string Name)> Parameters(GatheredKernel kernel) => ProductEmitter.Parameters(kernel.Product);

    public static void Emit(SourceWriter writer, GatheredKernel kernel)
    {
        ProductKernel product = kernel.Product;
        string products = $"byte* rest = scratch + {kernel.GatheredBytes};";
        using (KernelWriter.Method(writer, "Run", Parameters(kernel), isPublic: true))
        {
            writer.Line(products);
            if (kernel.Runs == 1)
            {
                writer.Line("Gather(input, scratch);");
                Call("weights", "0");
            }
            else
            {
                int outputs = product.OutputChannels, channels = kernel.GroupsTogether * kernel.GroupChannels;
                writer.Line($"int weightBytes = {WeightBytes(kernel)};");
                using (writer.Block($"for (int first = 0; first < {kernel.Runs * outputs}; first += {outputs}, input += {channels}, weights += weightBytes)"))
                {
                    writer.Line("Gather(input, scratch);");
                    Call("weights", "first");
                }
            }
        }

        Gather(writer, kernel);
        writer.Line();
        using (writer.Block("private static class Products"))
            ProductEmitter.Emit(writer, product);

        void Call(string weights, string first) => writer.Line(
            $"Products.Run(scratch, {weights}, {string.Join(", ", EpilogueEmitter.Arguments(product.Epilogue, "0", first))}, rest);");
    }

    /// <summary>A part of the kernel's runs.</summary>
    public static void EmitPart(SourceWriter writer, GatheredKernel kernel, IReadOnlyList<(string Type, string Name)> parameters)
    {
        ProductKernel product = kernel.Product;
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart: true), parameters, isPublic: true))
        {
            writer.Line($"byte* rest = scratch + {kernel.GatheredBytes};");
            writer.Line($"int weightBytes = {WeightBytes(kernel)};");
            using (Range.OfPart(writer, kernel.Runs).Loop(writer, "run"))
            {
                writer.Line($"int first = run * {product.OutputChannels};");
                writer.Line($"Gather(input + (run * {kernel.GroupsTogether * kernel.GroupChannels}), scratch);");
                writer.Line($"Products.Run(scratch, weights + (run * weightBytes), {string.Join(", ", EpilogueEmitter.Arguments(product.Epilogue, "0", "first"))}, rest);");
            }
        }
    }

    /// <summary>The bytes of a run's weights differ between instruction sets, as their panels do.</summary>
    private static string WeightBytes(GatheredKernel kernel) => MachineChoice.Of(isa => kernel.RunWeightBytes(isa).ToString());

    private static void Gather(SourceWriter writer, GatheredKernel kernel)
    {
        Window window = kernel.Window;
        writer.Line();
        writer.Line("// What each window sees of these groups, position by position. Bytes between groups meet weights that are zero.");
        using (KernelWriter.Method(writer, "Gather", [("byte*", "input"), ("byte*", "gathered")]))
        using (KernelWriter.Loop(writer, "y", kernel.Product.OutputHeight))
        using (KernelWriter.Loop(writer, "x", kernel.Product.OutputWidth))
        {
            string pixel = Offset("input", ("y", window.StrideHeight * kernel.InputRowBytes, kernel.Product.OutputHeight),
                ("x", window.StrideWidth * kernel.InputPixelBytes, kernel.Product.OutputWidth));
            writer.Line($"byte* window = {pixel};");
            using (KernelWriter.Loop(writer, "row", window.KernelHeight))
            using (KernelWriter.Loop(writer, "column", window.KernelWidth))
            {
                string level = Offset("window", ("row", window.DilationHeight * kernel.InputRowBytes, window.KernelHeight),
                    ("column", window.DilationWidth * kernel.InputPixelBytes, window.KernelWidth));
                bool isDense = kernel.GroupBytes == kernel.GroupChannels;
                int parts = isDense ? 1 : kernel.GroupsTogether, bytes = isDense ? kernel.GroupsTogether * kernel.GroupBytes : kernel.GroupBytes;
                using (KernelWriter.Loop(writer, "group", parts))
                {
                    string source = Offset(level, ("group", kernel.GroupChannels, parts));
                    writer.Line($"Unsafe.CopyBlockUnaligned(gathered, {source}, {bytes});");
                    writer.Line($"gathered += {bytes};");
                }
            }
        }
    }

    /// <summary>A pointer moved by loops' variables; those of loops that run once are not there.</summary>
    private static string Offset(string pointer, params (string Variable, int Step, int Count)[] loops)
    {
        foreach ((string variable, int step, int count) in loops)
        {
            if (count > 1)
                pointer += $" + ({variable} * {step})";
        }

        return pointer;
    }
}

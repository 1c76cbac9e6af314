using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>Depthwise convolution: 16 channels at a time, the window's products summed in 32 bits, then the epilogue.</summary>
internal static class DepthwiseEmitter
{
    private const int Panel = DepthwiseKernel.PanelChannels;

    public static IReadOnlyList<(string Type, string Name)> Parameters(DepthwiseKernel kernel) =>
        [("byte*", "input"), ("byte*", "weights"), .. EpilogueEmitter.Parameters(kernel.Epilogue), ("byte*", "scratch")];

    public static void Emit(SourceWriter writer, DepthwiseKernel kernel)
    {
        IReadOnlyList<(string Type, string Name)> parameters = Parameters(kernel);
        KernelWriter.Dispatch(writer, parameters, Isa.Widths);
        foreach (Isa isa in Isa.Widths)
        {
            Run(writer, kernel, isa, parameters);
            Row(writer, kernel, isa);
            FinishEmitter.Emit(writer, kernel.Epilogue, isa, kernel.OutputWidth, Panel, kernel.PaddedOutputs, kernel.HasZero);
        }
    }

    /// <summary>A part of the kernel's rows.</summary>
    public static void EmitPart(SourceWriter writer, DepthwiseKernel kernel, IReadOnlyList<(string Type, string Name)> parameters)
    {
        foreach (Isa isa in Isa.Widths)
            Run(writer, kernel, isa, parameters, isPart: true);
    }

    private static void Run(
        SourceWriter writer, DepthwiseKernel kernel, Isa isa, IReadOnlyList<(string Type, string Name)> parameters, bool isPart = false)
    {
        using (KernelWriter.Method(writer, KernelWriter.Entry(isPart, isa), parameters))
        {
            Range rows = isPart ? Range.OfPart(writer, kernel.OutputHeight) : Range.All(kernel.OutputHeight);
            writer.Line("int* sums = (int*)scratch;");
            if (kernel.WeightBits == 8)
            {
                writer.Line($"sbyte* taps = (sbyte*)weights + {kernel.ParameterBytes};");
            }
            else
            {
                writer.Line($"sbyte* taps = (sbyte*)(scratch + {kernel.SumsBytes});");
                writer.Line($"PanelUnpacker.Unpack(weights + {kernel.ParameterBytes}, {kernel.WeightBits}, {kernel.RunWeights}, taps);");
            }

            int elements = kernel.Epilogue.Stores[0].PixelElements;
            bool isOne = kernel.PaddedOutputs == Panel;
            string first = isOne ? "0" : "first";
            using (writer.BlockIf(!isOne, $"for (int first = 0; first < {kernel.PaddedOutputs}; first += {Panel})"))
            using (rows.Loop(writer, "y"))
            {
                string row = $"input + {CSharp.Times("y", kernel.StrideHeight * kernel.InputRowBytes)}";
                writer.Line($"Row{isa.Name}({CSharp.Plus(row, first)}, {CSharp.Plus("taps", first)}, sums);");
                IEnumerable<string> arguments = EpilogueEmitter.Arguments(kernel.Epilogue, "y", first);
                string channels = isOne ? $"{System.Math.Min(Panel, elements)}" : elements % Panel == 0 ? $"{Panel}" : $"Math.Min({Panel}, {elements} - first)";
                writer.Line($"Finish{isa.Name}(sums, {CSharp.Plus("(float*)weights", first)}, {channels}, {string.Join(", ", arguments)});");
            }
        }
    }

    /// <summary>The sums of 16 channels for a row of pixels.</summary>
    private static void Row(SourceWriter writer, DepthwiseKernel kernel, Isa isa)
    {
        int pixelStep = kernel.StrideWidth * kernel.InputPixelBytes, vectors = Panel / isa.Lanes;
        using (KernelWriter.Method(writer, $"Row{isa.Name}", [("byte*", "input"), ("sbyte*", "taps"), ("int*", "sums")]))
        using (writer.Block($"for (int x = 0; x < {kernel.OutputWidth}; x++, input += {pixelStep}, sums += {Panel})"))
        {
            if (isa == Isa.Scalar)
                writer.Line($"new Span<int>(sums, {Panel}).Clear();");
            else
                writer.Line($"{isa.Vector}<int> {string.Join(", ", Enumerable.Range(0, vectors).Select(v => $"s{v} = {isa.Vector}<int>.Zero"))};");
            writer.Line("sbyte* tap = taps;");
            using (KernelWriter.Loop(writer, "row", kernel.KernelHeight))
            {
                writer.Line(kernel.KernelHeight == 1 ? "byte* level = input;" : $"byte* level = input + (row * {kernel.DilationHeight * kernel.InputRowBytes});");
                using (writer.Block(
                    $"for (int column = 0; column < {kernel.KernelWidth}; column++, level += {kernel.DilationWidth * kernel.InputPixelBytes}, tap += {kernel.PaddedOutputs})"))
                {
                    if (isa == Isa.Scalar)
                        writer.Line($"for (int i = 0; i < {Panel}; i++)\n    sums[i] += level[i] * tap[i];");
                    else if (isa == Isa.Vector128)
                        Products128(writer);
                    for (int v = 0; isa.Lanes > 4 && v < vectors; v++)
                        writer.Line($"s{v} += Levels.Multiply{isa.Lanes}({CSharp.Plus("level", v * isa.Lanes)}, {CSharp.Plus("tap", v * isa.Lanes)});");
                }
            }

            for (int v = 0; isa != Isa.Scalar && v < vectors; v++)
                writer.Line($"s{v}.Store({CSharp.Plus("sums", v * isa.Lanes)});");
        }
    }

    private static void Products128(SourceWriter writer)
    {
        writer.Line("(Vector128<short> lower, Vector128<short> upper) = Levels.Multiply(level, tap);");
        writer.Line("s0 += Vector128.WidenLower(lower);\ns1 += Vector128.WidenUpper(lower);");
        writer.Line("s2 += Vector128.WidenLower(upper);\ns3 += Vector128.WidenUpper(upper);");
    }
}

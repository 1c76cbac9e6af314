using System.Collections.Generic;
using BitKernelGen.Generator.Planning;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Emit;

/// <summary>Softmax, one channel after the other: their sum has an order.</summary>
internal static class SoftmaxEmitter
{
    public static IReadOnlyList<(string Type, string Name)> Parameters(SoftmaxKernel kernel) =>
        kernel.Input.IsFloat ? [("byte*", "input"), ("byte*", "output")] : [("byte*", "input"), ("float", "inputStep"), ("byte*", "output")];

    public static void Emit(SourceWriter writer, SoftmaxKernel kernel)
    {
        var emitter = new EpilogueEmitter(new Epilogue(null, ActivationFunction.None, false, default), Isa.Scalar);
        string value = emitter.Value(kernel.Input, "input", "i", "inputStep");
        string each = $"for (int i = 0; i < {kernel.Channels}; i++)";
        (string, int, int)[] pointers =
        [
            ("input", kernel.Input.PixelBytes, kernel.Input.RowBytes),
            ("output", kernel.OutputPixelBytes, kernel.OutputRowBytes),
        ];
        writer.Line(KernelWriter.Optimized);
        using (writer.Block($"public static void Run({KernelWriter.Declare(Parameters(kernel))})"))
        {
            KernelWriter.Pixels(writer, kernel.Height, kernel.Width, pointers, () =>
            {
                writer.Line("float* result = (float*)output;");
                writer.Line("float most = float.NegativeInfinity;");
                writer.Line($"{each}\n    most = Math.Max(most, {value});");
                writer.Line("double sum = 0;");
                using (writer.Block(each))
                {
                    writer.Line($"result[i] = Exponential(Math.Max(({value}) - most, -87f));");
                    writer.Line("sum += result[i];");
                }

                writer.Line("float divisor = (float)sum;");
                writer.Line($"{each}\n    result[i] /= divisor;");
            });
        }

        FunctionEmitter.Exponential(writer, emitter);
    }
}

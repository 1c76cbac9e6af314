using BitKernelGen.Generator.Planning;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// Activation functions that are more than limits: <c>docs/arithmetic.md</c>, "Activations". Single operations in a fixed order, since
/// no function of the platform's gives the same bits everywhere.
/// </summary>
internal static class FunctionEmitter
{
    private const string Inlined = "[MethodImpl(MethodImplOptions.AggressiveInlining)]";

    /// <summary>The polynomial that e^f − 1 − f is f² times of, highest power first.</summary>
    private static readonly string[] Coefficients =
        ["1.9875691500e-4f", "1.3981999507e-3f", "8.3334519073e-3f", "4.1665795894e-2f", "1.6666665459e-1f", "5.0000001201e-1f"];

    /// <summary>Applies the function to <c>value</c>.</summary>
    public static void Apply(SourceWriter writer, EpilogueEmitter emitter, ActivationFunction activation)
    {
        string Leaky(string slope) => emitter.Select(emitter.IsLess("value", emitter.Create("0f")), $"value * {slope}", "value");
        switch (activation.Kind)
        {
            case Activation.LeakyRelu:
                writer.Line($"value = {Leaky(emitter.Create(CSharp.Literal(activation.Slope)))};");
                break;
            case Activation.PRelu:
                writer.Line($"value = {Leaky("slope")};");
                break;
            case Activation.HardSwish:
                writer.Line($"value = {emitter.Max("value", emitter.Create("-3f"))};");
                string gate = emitter.Min($"value + {emitter.Create("3f")}", emitter.Create("6f"));
                writer.Line($"value = value * {gate} * {emitter.Create(CSharp.Literal(1 / 6f))};");
                break;
            case Activation.Sigmoid:
                writer.Line("value = Sigmoid(value);");
                break;
            case Activation.Silu:
                writer.Line($"value = {emitter.Max("value", emitter.Create("-87f"))} * Sigmoid(value);");
                break;
        }
    }

    /// <summary>The methods that <see cref="Apply"/> calls, for each instruction set.</summary>
    public static void Methods(SourceWriter writer, Epilogue epilogue)
    {
        if (epilogue.Activation.Kind is not (Activation.Sigmoid or Activation.Silu))
            return;
        foreach (Isa isa in Isa.Widths)
        {
            var emitter = new EpilogueEmitter(epilogue, isa);
            Sigmoid(writer, emitter);
            Exponential(writer, emitter);
        }
    }

    /// <summary>e^x for −87 … 87.</summary>
    public static void Exponential(SourceWriter writer, EpilogueEmitter emitter)
    {
        string type = emitter.Type("float");
        writer.Line();
        writer.Line("// e to the power of x, which is from -87 to 87: 2^n times a polynomial.");
        writer.Line(Inlined);
        using (writer.Block($"private static {type} Exponential({type} x)"))
        {
            writer.Line($"{emitter.Type("int")} n = {emitter.Round($"x * {emitter.Create("1.44269504f")}")};");
            writer.Line($"{type} f = x - ({emitter.ToSingle("n")} * {emitter.Create("0.693359375f")});");
            writer.Line($"f -= {emitter.ToSingle("n")} * {emitter.Create("-2.12194440e-4f")};");
            writer.Line($"{type} p = {emitter.Create(Coefficients[0])};");
            for (int i = 1; i < Coefficients.Length; i++)
                writer.Line($"p = (p * f) + {emitter.Create(Coefficients[i])};");
            writer.Line("p = (p * (f * f)) + f;");
            writer.Line($"p += {emitter.Create("1f")};");
            writer.Line($"return p * {emitter.AsSingle($"(n + {emitter.Create("127")}) << 23")};");
        }
    }

    private static void Sigmoid(SourceWriter writer, EpilogueEmitter emitter)
    {
        string type = emitter.Type("float");
        writer.Line();
        writer.Line(Inlined);
        using (writer.Block($"private static {type} Sigmoid({type} y)"))
        {
            string limited = emitter.Min(emitter.Max("y", emitter.Create("-87f")), emitter.Create("87f"));
            writer.Line($"return {emitter.Create("1f")} / ({emitter.Create("1f")} + Exponential(-{limited}));");
        }
    }
}

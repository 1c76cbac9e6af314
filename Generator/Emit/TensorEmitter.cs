using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// Run for tensors, in projects that have System.Numerics.Tensors: the runtime refers to no package, so what needs one is generated
/// where it is there.
/// </summary>
internal static class TensorEmitter
{
    private const string Tensors = "global::System.Numerics.Tensors";

    public static SourceFile Emit(Model model)
    {
        var writer = new SourceWriter();
        BitProfile profile = model.Network.Profile;
        writer.Line(ModelNames.Header);
        using (writer.BlockIf(model.Namespace.Length > 0, $"namespace {model.Namespace}"))
        using (writer.Block($"partial class {profile.Name}"))
        {
            Run(writer, profile, "float", ", or the input holds a NaN");
            if (profile.Input.Mean.Count > 0)
                Run(writer, profile, "byte", "");
        }

        return new SourceFile($"{model.HintName}.Tensors.g.cs", writer.ToString());
    }

    private static void Run(SourceWriter writer, BitProfile profile, string element, string nan)
    {
        string shape = string.Join(", ", profile.Input.Shape);
        string what = element == "byte" ? "raw bytes, 0 to 255" : "in the range that the network was trained with";
        writer.Line("/// <summary>Runs the network on tensors; the bits are those of spans. A tensor that is not dense is copied, which allocates.</summary>");
        writer.Line($"/// <param name=\"input\">Of shape {string.Join(" x ", profile.Input.Shape)}, or a batch of such with the batch as first dimension; {what}.</param>");
        writer.Line("/// <param name=\"output\">Receives the output, <see cref=\"OutputLength\"/> elements; for a batch that is its first dimension.</param>");
        writer.Line($"/// <exception cref=\"global::System.ArgumentException\">A tensor has the wrong shape{nan}.</exception>");
        writer.Line("/// <exception cref=\"global::System.ObjectDisposedException\">The model was disposed of.</exception>");
        using (writer.Block($"public void Run(in {Tensors}.ReadOnlyTensorSpan<{element}> input, in {Tensors}.TensorSpan<float> output)"))
        {
            writer.Line($"int count = global::BitKernelGen.Execution.Batch.Count({CSharp.Literal(profile.Name)}, input.Lengths, output.Lengths, [{shape}], OutputLength);");
            writer.Line("if (count == 0)\n    return;");
            writer.Line();
            writer.Line($"global::System.ReadOnlySpan<{element}> inputs = input.IsDense");
            writer.Line("    ? global::System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(in input.GetPinnableReference(), checked(count * InputLength))");
            writer.Line("    : Flatten(input);");
            using (writer.Block("if (output.IsDense)"))
            {
                writer.Line("RunBatch(inputs, global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref output.GetPinnableReference(), checked(count * OutputLength)));");
                writer.Line("return;");
            }

            writer.Line("var outputs = new float[checked(count * OutputLength)];");
            writer.Line("RunBatch(inputs, outputs);");
            writer.Line($"new {Tensors}.ReadOnlyTensorSpan<float>(outputs, output.Lengths).CopyTo(output);");
            writer.Line();
            using (writer.Block($"static {element}[] Flatten(in {Tensors}.ReadOnlyTensorSpan<{element}> tensor)"))
            {
                writer.Line($"var flat = new {element}[checked((int)tensor.FlattenedLength)];");
                writer.Line("tensor.FlattenTo(flat);");
                writer.Line("return flat;");
            }
        }
    }
}

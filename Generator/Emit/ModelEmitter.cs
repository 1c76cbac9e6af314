using System.Linq;
using BitKernelGen.Generator.Planning;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Emit;

/// <summary>The model's class as its users see it: documentation, Load, Run, Info. The kernels are in other files.</summary>
internal static class ModelEmitter
{
    public static string Emit(Plan plan, ModelNames names)
    {
        var writer = new SourceWriter();
        BitProfile profile = plan.Network.Profile;
        Tensor input = plan.Network.Tensors[0], output = plan.Network.Tensors[plan.Network.Output];
        writer.Line(ModelNames.Header);
        writer.Line($"[assembly: global::BitKernelGen.GeneratedModel({CSharp.Literal(names.FullName)}, {Contract.Version})]");
        writer.Line();
        using (writer.BlockIf(names.Namespace.Length > 0, $"namespace {names.Namespace}"))
        {
            Documentation(writer, plan);
            using (writer.Block($"public sealed unsafe partial class {profile.Name} : global::BitKernelGen.{(names.IsParallel ? "IParallelModel, global::BitKernelGen.Execution.IParallelWork" : "IModel")}"))
            {
                writer.Line("/// <summary>Elements of the input: height, width, channels.</summary>");
                writer.Line($"public const int InputLength = {input.Height} * {input.Width} * {input.Channels};");
                writer.Line();
                writer.Line("/// <summary>Elements of the output.</summary>");
                writer.Line($"public const int OutputLength = {output.Length};");
                writer.Line();
                Fields(writer, plan);
                writer.Line();
                Labels(writer, profile);
                Info(writer, plan);
                writer.Line();
                Loading(writer, profile, names);
                writer.Line();
                Run(writer, profile, "float", "The input, in the range that the network was trained with.");
                if (names.IsParallel)
                {
                    writer.Line();
                    Run(writer, profile, "float", "The input, in the range that the network was trained with.", isParallel: true);
                }

                writer.Line();
                if (profile.Input.Mean.Count > 0)
                {
                    Run(writer, profile, "byte", "Raw bytes, 0 to 255; mean and standard deviation are the profile's.");
                    if (names.IsParallel)
                    {
                        writer.Line();
                        Run(writer, profile, "byte", "Raw bytes, 0 to 255; mean and standard deviation are the profile's.", isParallel: true);
                    }
                }
                else
                {
                    writer.Line("void global::BitKernelGen.IModel.Run(global::System.ReadOnlySpan<byte> input, global::System.Span<float> output) =>");
                    writer.Line($"    throw new global::System.NotSupportedException(\"{profile.Name} has no mean and standard deviation for raw bytes.\");");
                    if (names.IsParallel)
                    {
                        writer.Line();
                        writer.Line("void global::BitKernelGen.IParallelModel.RunParallel(global::System.ReadOnlySpan<byte> input, global::System.Span<float> output, global::BitKernelGen.Execution.ParallelRunner runner) =>");
                        writer.Line($"    throw new global::System.NotSupportedException(\"{profile.Name} has no mean and standard deviation for raw bytes.\");");
                    }
                }

                writer.Line();
                RunBatch(writer, "float", ", or an input holds a NaN; outputs of the inputs before it are written");
                writer.Line();
                if (profile.Input.Mean.Count > 0)
                {
                    RunBatch(writer, "byte", "");
                    writer.Line();
                }

                if (names.IsParallel)
                    Parallel(writer, plan);
                Members(writer, profile);
            }
        }

        return writer.ToString();
    }

    /// <summary>The table of layers, where a developer looks first.</summary>
    private static void Documentation(SourceWriter writer, Plan plan)
    {
        Tensor input = plan.Network.Tensors[0];
        writer.Line($"/// <summary>{plan.Network.Profile.Name}: a low-bit network, {Shape(input)} in, {plan.Network.Tensors[plan.Network.Output].Length} out.</summary>");
        writer.Line("/// <remarks>");
        writer.Line("/// <code>");
        string[][] rows =
        [
            ["layer", "operation", "output", "weights", "output code", "MACs", "weight bytes"],
            .. plan.Network.Layers.Select(layer => Row(plan, layer)),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            writer.Line("/// " + CSharp.Xml(string.Join("  ", row.Select((cell, column) => column < 5 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])))).TrimEnd());
        writer.Line("/// </code>");
        writer.Line("/// </remarks>");
    }

    private static string[] Row(Plan plan, Layer layer)
    {
        Tensor output = plan.Network.Tensors[layer.Output];
        Step? step = plan.StepOf(layer);
        string code = output.Code is null ? "" : Describe(output.Code);
        string skip = output.Skip is null ? "" : $"{(code.Length > 0 ? ", " : "")}skip {Describe(output.Skip)}";
        return
        [
            layer.Spec.Name,
            Operation(layer),
            Shape(output),
            layer.Spec.Weight is { } weight ? $"{weight.Bits} bit" : "",
            code + skip is { Length: > 0 } codes ? codes : "float32",
            layer.Macs == 0 ? "" : layer.Macs.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
            step is null ? "" : step.WeightBytes(Isa.Avx512) is > 0 and var bytes ? bytes.ToString("N0", System.Globalization.CultureInfo.InvariantCulture) : "",
        ];
    }

    private static string Describe(Code code) =>
        code.IsEven ? $"{code.Bits} bit" : $"{code.Bits} bit [{string.Join(" ", code.Coefficients)}]";

    internal static string Operation(Layer layer)
    {
        Window window = layer.Window;
        string name = OpName(layer.Spec.Op);
        if (layer.Spec.Op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.MaxPool or LayerOp.AvgPool)
            name += $" {window.KernelHeight}x{window.KernelWidth}" + (window.StrideHeight * window.StrideWidth > 1 ? $" /{window.StrideHeight}" : "");
        if (window.IsDilated)
            name += $" dilated {window.DilationHeight}x{window.DilationWidth}";
        if (layer.Groups > 1)
            name += $" in {layer.Groups} groups";
        return layer.Spec.Activation == Activation.None ? name : $"{name} {LayerRules.Text(layer.Spec.Activation)}";
    }

    internal static string Shape(Tensor tensor) => $"{tensor.Height}x{tensor.Width}x{tensor.Channels}";

    private static void Fields(SourceWriter writer, Plan plan)
    {
        writer.Line("private readonly global::BitKernelGen.Packing.PackedWeights _weights = new();");
        string bytes = MachineChoice.Of(isa => plan.WorkspaceBytes(isa).ToString());
        writer.Line($"private readonly global::BitKernelGen.Execution.WorkspacePool _workspaces = new({bytes});");
        writer.Line("private bool _isDisposed;");
    }

    private static void Labels(SourceWriter writer, BitProfile profile)
    {
        if (profile.Output.Labels.Count == 0)
            return;
        writer.Line("/// <summary>A name for each element of the output.</summary>");
        writer.Line("public static global::System.Collections.Generic.IReadOnlyList<string> Labels { get; } =");
        writer.Line($"    new string[] {{ {string.Join(", ", profile.Output.Labels.Select(CSharp.Literal))} }};");
        writer.Line();
    }

    private static void Info(SourceWriter writer, Plan plan)
    {
        Network network = plan.Network;
        Tensor input = network.Tensors[0];
        string Each(System.Func<Isa, long> number) => MachineChoice.Of(isa => number(isa) + "L");
        writer.Line("/// <summary>Layers, bits and bytes.</summary>");
        writer.Line("public static global::BitKernelGen.ModelInfo Info { get; } = new(");
        writer.Line($"    Name: {CSharp.Literal(network.Profile.Name)},");
        writer.Line($"    InputShape: new[] {{ {input.Height}, {input.Width}, {input.Channels} }},");
        writer.Line("    OutputLength: OutputLength,");
        writer.Line($"    WeightBytes: {Each(plan.WeightBytes)},");
        writer.Line($"    ArenaBytes: {Each(isa => plan.WorkspaceBytes(isa))},");
        writer.Line($"    FloatWeightBytes: {plan.FloatWeightBytes}L,");
        writer.Line($"    FloatArenaBytes: {plan.FloatArenaBytes}L,");
        writer.Line("    InstructionSet: global::BitKernelGen.Execution.Machine.InstructionSet,");
        writer.Line("    Layers: new global::BitKernelGen.LayerInfo[]\n    {");
        foreach (Layer layer in network.Layers)
        {
            Tensor output = network.Tensors[layer.Output];
            Step? step = plan.StepOf(layer);
            string coefficients = output.Code is { } code ? $"new[] {{ {string.Join(", ", code.Coefficients)} }}" : "global::System.Array.Empty<int>()";
            writer.Line(
                $"        new({CSharp.Literal(layer.Spec.Name)}, {CSharp.Literal(OpName(layer.Spec.Op))}, new[] {{ {output.Height}, {output.Width}, {output.Channels} }}, " +
                $"{layer.Macs}L, {layer.Spec.Weight?.Bits ?? 0}, {output.Code?.Bits ?? 0}, {output.Skip?.Bits ?? 0}, {coefficients}, {MachineChoice.Of(isa => CSharp.Literal(Strategy(plan, layer, step, isa)))}, {Each(isa => CostModel.Cycles(plan, layer, isa))}, {Each(isa => step?.WeightBytes(isa) ?? 0)}),");
        }

        writer.Line(network.Profile.Output.Labels.Count > 0 ? "    })\n{\n    Labels = Labels,\n};" : "    });");
    }

    private static string OpName(LayerOp op) => op == LayerOp.PadChannels ? "pad-channels" : op.ToString().ToLowerInvariant();

    private static string Strategy(Plan plan, Layer layer, Step? step, Isa isa)
    {
        if (step is null)
            return plan.Steps.FirstOrDefault(step => step.Fused == layer) is { } fused ? $"fused into {fused.Layer.Spec.Name}" : "";
        if ((step.Kernel is GatheredKernel gathered ? gathered.Product : step.Kernel) is not ProductKernel product)
            return step.Kernel is DepthwiseKernel ? "depthwise" : "";
        return (step.Kernel is GatheredKernel ? "gather, " : "") + product.Strategy(isa).Describe();
    }

    private static void Loading(SourceWriter writer, BitProfile profile, ModelNames names)
    {
        string name = profile.Name;
        using (writer.Block($"private {name}(global::BitKernelGen.SafeTensors weights)"))
        {
            writer.Line($"const string Expected = \"{profile.Weights.Sha256}\";");
            writer.Line("if (weights.Sha256 != Expected)");
            writer.Line($"    throw new global::BitKernelGen.WeightsException($\"{name}: the profile belongs to weights with SHA-256 {{Expected}}, these have {{weights.Sha256}}.\");");
            writer.Line("Pack(weights);");
        }

        string require = $"global::BitKernelGen.Contract.Require({Contract.Version}, {CSharp.Literal(names.FullName)});";
        void Refusals(string? reading = null)
        {
            writer.Line("/// <exception cref=\"global::BitKernelGen.WeightsException\">The weights are not the profile's.</exception>");
            if (reading is not null)
                writer.Line($"/// <exception cref=\"global::System.IO.IOException\">{reading}</exception>");
            writer.Line("/// <exception cref=\"global::System.InvalidOperationException\">The runtime is not of the version that this code was generated for.</exception>");
        }

        writer.Line();
        if (names.Resource.Length > 0)
        {
            writer.Line("/// <summary>Loads the model with the weights embedded in this assembly.</summary>");
            Refusals();
            using (writer.Block($"public static {name} Load()"))
            {
                writer.Line($"const string Resource = {CSharp.Literal(names.Resource)};");
                writer.Line($"using global::System.IO.Stream weights = typeof({name}).Assembly.GetManifestResourceStream(Resource)");
                writer.Line("    ?? throw new global::BitKernelGen.WeightsException($\"This assembly has no resource '{Resource}'.\");");
                writer.Line("return Load(weights);");
            }

            writer.Line();
        }

        writer.Line("/// <summary>Loads the model with the weights in a file.</summary>");
        writer.Line("/// <param name=\"path\">A safetensors file.</param>");
        Refusals("The file is not there or cannot be read.");
        using (writer.Block($"public static {name} Load(string path)"))
        {
            writer.Line(require);
            writer.Line("using var file = global::BitKernelGen.Packing.WeightsFile.Open(path);");
            writer.Line("return new(file.Tensors);");
        }
        writer.Line();
        writer.Line("/// <summary>Loads the model with the weights in a stream, which is read to its end.</summary>");
        writer.Line("/// <param name=\"weights\">The contents of a safetensors file.</param>");
        Refusals("The stream cannot be read.");
        using (writer.Block($"public static {name} Load(global::System.IO.Stream weights)"))
        {
            writer.Line(require);
            writer.Line("using var file = global::BitKernelGen.Packing.WeightsFile.Open(weights);");
            writer.Line("return new(file.Tensors);");
        }
    }

    private static void Run(SourceWriter writer, BitProfile profile, string element, string what, bool isParallel = false)
    {
        string nan = element == "float" ? ", or the input holds a NaN" : "";
        writer.Line(isParallel
            ? "/// <summary>Runs the network on the threads of a runner: the same bits as on one. Calls with one runner wait for each other.</summary>"
            : "/// <summary>Runs the network. Any number of threads may call; up to 64 at a time, nothing is allocated once there have been as many.</summary>");
        writer.Line($"/// <param name=\"input\">{what} Height, width, channels.</param>");
        writer.Line("/// <param name=\"output\">Receives the output.</param>");
        if (isParallel)
            writer.Line("/// <param name=\"runner\">The threads.</param>");
        writer.Line($"/// <exception cref=\"global::System.ArgumentException\">A span has the wrong length{nan}.</exception>");
        if (isParallel)
            writer.Line("/// <exception cref=\"global::System.ArgumentNullException\">There is no runner.</exception>");
        writer.Line($"/// <exception cref=\"global::System.ObjectDisposedException\">The model{(isParallel ? " or the runner" : "")} was disposed of.</exception>");
        string runner = isParallel ? ", global::BitKernelGen.Execution.ParallelRunner runner" : "", name = isParallel ? "RunParallel" : "Run";
        using (writer.Block($"public void {name}(global::System.ReadOnlySpan<{element}> input, global::System.Span<float> output{runner})"))
        {
            writer.Line("global::System.ObjectDisposedException.ThrowIf(_isDisposed, this);");
            if (isParallel)
                writer.Line("global::System.ArgumentNullException.ThrowIfNull(runner);");
            foreach (string span in new[] { "input", "output" })
            {
                string length = span == "input" ? "InputLength" : "OutputLength";
                writer.Line($"if ({span}.Length != {length})");
                writer.Line($"    throw new global::System.ArgumentException($\"{profile.Name} has {span}s of {{{length}}} elements, not {{{span}.Length}}.\", nameof({span}));");
            }

            writer.Line("global::BitKernelGen.Execution.Workspace workspace = _workspaces.Rent();");
            using (writer.Block("try"))
            {
                writer.Line($"fixed ({element}* source = input)");
                using (writer.Block("fixed (float* target = output)"))
                {
                    writer.Line("Encode(source, workspace.Memory);");
                    writer.Line(isParallel ? "runner.Run(this, workspace.Memory);" : "Execute(workspace.Memory);");
                    writer.Line("Decode(workspace.Memory, target);");
                }
            }

            using (writer.Block("finally"))
            {
                writer.Line("_workspaces.Return(workspace);");
                writer.Line("global::System.GC.KeepAlive(this);");
            }
        }
    }

    private static void RunBatch(SourceWriter writer, string element, string nan)
    {
        string bytes = element == "byte" ? " of raw bytes" : "";
        writer.Line($"/// <summary>Runs the network on several inputs{bytes}, one after the other; the bits are those of a call of Run for each.</summary>");
        writer.Line("/// <param name=\"inputs\">The inputs one behind the other, a multiple of <see cref=\"InputLength\"/> elements.</param>");
        writer.Line("/// <param name=\"outputs\">Receives the outputs one behind the other, <see cref=\"OutputLength\"/> elements each.</param>");
        writer.Line($"/// <exception cref=\"global::System.ArgumentException\">A span has the wrong length{nan}.</exception>");
        writer.Line("/// <exception cref=\"global::System.ObjectDisposedException\">The model was disposed of.</exception>");
        writer.Line($"public void RunBatch(global::System.ReadOnlySpan<{element}> inputs, global::System.Span<float> outputs) => global::BitKernelGen.Execution.Batch.Run(this, inputs, outputs);");
    }

    /// <summary>What a runner calls.</summary>
    private static void Parallel(SourceWriter writer, Plan plan)
    {
        string scratch = MachineChoice.Of(isa => plan.ScratchBytes(isa).ToString());
        writer.Line($"int global::BitKernelGen.Execution.IParallelWork.Steps => {plan.Calls.Count()};");
        writer.Line();
        writer.Line($"int global::BitKernelGen.Execution.IParallelWork.ScratchBytes => {scratch};");
        writer.Line();
        writer.Line("void global::BitKernelGen.Execution.IParallelWork.Execute(int step, byte* arena, byte* scratch, int part, int parts) =>");
        writer.Line("    Execute(step, arena, scratch, part, parts);");
        writer.Line();
        writer.Line("// A thread's part of a step.");
        writer.Line("partial void Execute(int step, byte* arena, byte* scratch, int part, int parts);");
        writer.Line();
    }

    private static void Members(SourceWriter writer, BitProfile profile)
    {
        writer.Line("/// <summary>Ends the model's use: later calls throw. Memory is reclaimed when nothing refers to the model any more.</summary>");
        writer.Line("public void Dispose() => _isDisposed = true;");
        writer.Line();
        writer.Line("int global::BitKernelGen.IModel.InputLength => InputLength;");
        writer.Line();
        writer.Line("int global::BitKernelGen.IModel.OutputLength => OutputLength;");
        writer.Line();
        writer.Line("global::BitKernelGen.ModelInfo global::BitKernelGen.IModel.Info => Info;");
        writer.Line();
        writer.Line("// What the layers need, packed for this machine.");
        writer.Line("partial void Pack(global::BitKernelGen.SafeTensors weights);");
        writer.Line();
        writer.Line("// Input to levels, the layers, levels to output.");
        writer.Line("partial void Encode(float* input, byte* arena);");
        writer.Line();
        if (profile.Input.Mean.Count > 0)
        {
            writer.Line("partial void Encode(byte* input, byte* arena);");
            writer.Line();
        }

        writer.Line("partial void Execute(byte* arena);");
        writer.Line();
        writer.Line("partial void Decode(byte* arena, float* output);");
    }
}

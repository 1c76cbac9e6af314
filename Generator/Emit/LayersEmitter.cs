using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Emit;

/// <summary>The other half of the model's class: packing, and the straight line of kernel calls with every address a constant.</summary>
internal sealed class LayersEmitter
{
    private readonly SourceWriter _writer = new();
    private readonly Plan _plan;
    private readonly ModelNames _names;
    private readonly List<(string Name, string Comment, string Content)> _tables = [];

    private LayersEmitter(Plan plan, ModelNames names) => (_plan, _names) = (plan, names);

    public static string Emit(Plan plan, ModelNames names)
    {
        var emitter = new LayersEmitter(plan, names);
        emitter.File();
        return emitter._writer.ToString();
    }

    private void File()
    {
        BitProfile profile = _plan.Network.Profile;
        _writer.Line(ModelNames.Header);
        using (_writer.BlockIf(_names.Namespace.Length > 0, $"namespace {_names.Namespace}"))
        using (_writer.Block($"unsafe partial class {profile.Name}"))
        {
            foreach (Step step in _plan.Weighted)
                _writer.Line($"private byte* {_names.Field(step.Layer)};");
            _writer.Line();
            Pack();
            _writer.Line();
            Encode(profile);
            _writer.Line();
            Execute();
            _writer.Line();
            if (_names.IsParallel)
                ExecutePart();
            Decode();
            Tables();
        }
    }

    private void Pack()
    {
        using (_writer.Block("partial void Pack(global::BitKernelGen.SafeTensors weights)"))
        {
            foreach (Step step in _plan.Weighted)
                _writer.Line($"{_names.Field(step.Layer)} = {(step.Kernel is GatheredKernel gathered ? Packing(step, gathered) : Packing(step))};");
        }
    }

    /// <summary>The call that packs a layer.</summary>
    private string Packing(Step step)
    {
        bool isDepthwise = step.Layer.Spec.Op == LayerOp.Depthwise;
        return $"global::BitKernelGen.Packing.LayerPacker.{(isDepthwise ? "Depthwise" : "Convolution")}(\n" +
            "    _weights, weights,\n" +
            $"    {Shape(step, step.Input.Tensor.Channels, step.Input.PixelBytes)}" +
            (isDepthwise ? ")" : $",\n    {Layouts(step, (ProductKernel)step.Kernel)})");
    }

    private string Packing(Step step, GatheredKernel kernel) =>
        "global::BitKernelGen.Packing.GatheredPacker.Convolution(\n" +
        "    _weights, weights,\n" +
        $"    {Shape(step, kernel.GroupChannels, kernel.GroupBytes)},\n" +
        $"    {kernel.Groups}, {kernel.GroupsTogether},\n" +
        $"    {Layouts(step, kernel.Product)})";

    private string Shape(Step step, int channels, int pixelBytes)
    {
        Layer layer = step.Layer;
        Code code = step.Input.Code!;
        Tensor output = _plan.Network.Tensors[layer.Output];
        string premultiplier = layer.IsPremultiplied ? CSharp.Literal(output.SumCode!.Reciprocal) : "1f";
        return $"new({CSharp.Literal(layer.Spec.Name)}, Outputs: {output.Channels}, Rows: {layer.Window.KernelHeight}, Columns: {layer.Window.KernelWidth}, " +
            $"Channels: {channels}, PixelBytes: {pixelBytes}, Bits: {layer.Spec.Weight!.Bits}, " +
            $"Zero: {code.Zero}, MaxLevel: {code.MaxLevel}, Step: {CSharp.Literal(code.Step)}, Premultiplier: {premultiplier}{HasSlope(layer)}{Zeros(step.Input)}{StepsPerUnit(step)})";
    }

    private static string Layouts(Step step, ProductKernel product) =>
        MachineChoice.Created(isa => Layout(step, product, product.Strategy(isa)));

    private static string Layout(Step step, ProductKernel product, Strategy strategy) => "new global::BitKernelGen.Packing." + (strategy switch
    {
        WinogradTile tile =>
            $"WinogradLayout(Tile: {tile.Size}, Lanes: {tile.Isa.Lanes}, Vectors: {tile.Vectors}, DataPitch: {tile.DataPitch}, SumsPitch: {tile.SumsPitch}, Chunks: {step.Chunks(tile)}{(tile.IsPacked ? $", PackedBits: {tile.PackedBits}, WeightPitch: {tile.WeightPitch}" : "")}{(tile.WidensLast ? ", WidensLast: true" : "")})",
        ActivationTableTile tile => $"ActivationTableLayout(Vectors: {tile.Vectors}, GroupsPerChunk: {tile.GroupsPerChunk})",
        WeightTableTile tile => $"WeightTableLayout(PanelOutputs: {tile.PanelOutputs}, Outputs: {tile.Outputs}, Planes: {tile.Planes})",
        ProductTile tile =>
            $"PanelLayout(Lanes: {tile.LaneOutputs}, Group: {tile.Group}, Vectors: {tile.Vectors}, ResidentBits: {product.ResidentBits(tile)}, Chunk: {tile.ProvenGroups}, LevelOffset: {product.LevelOffset(tile)})",
        _ => throw new System.NotSupportedException(strategy.GetType().Name),
    });

    private static string Zeros(Buffer input) => input.Tensor.Zeros.Count > 0 ? ", Zeros: InputZeros.ToArray()" : "";

    private static string StepsPerUnit(Step step)
    {
        if ((step.Kernel is GatheredKernel gathered ? gathered.Product : step.Kernel) is not ProductKernel { Epilogue.RoundsFirst: true } product)
            return "";
        float steps = product.Epilogue.Premultiplied ? 1 : Planner.StepsPerUnit(step.Outputs);
        return steps > 0 ? $", StepsPerUnit: {CSharp.Literal(steps)}" : "";
    }

    private static string HasSlope(Layer layer) => layer.Spec.Activation == Activation.PRelu ? ", HasSlope: true" : "";

    private void Encode(BitProfile profile)
    {
        Buffer input = _plan.Input;
        Code code = input.Code!;
        bool isByChannel = input.Tensor.IsByChannel;
        string constants = isByChannel ? "InputCode" : $"{CSharp.Literal(code.Reciprocal)}, {code.Zero}, {code.MaxLevel}";
        string table = code.IsEven ? "" : $", {Table(code)}";

        // Without padding the rows lie one after the other, like the caller's.
        bool isDense = !input.IsPadded;
        int rows = isDense ? 1 : input.Tensor.Height, elements = input.Tensor.Length / rows;
        using (_writer.Block("partial void Encode(float* input, byte* arena)"))
        {
            Border(input);
            string call = rows == 1
                ? $"Encode(input, {At(input)}, {elements}, {constants}{table});"
                : $"Encode(input + (y * {elements}), {At(input)} + (y * {input.RowBytes}), {elements}, {constants}{table});";
            using (KernelWriter.Loop(_writer, "y", rows))
                _writer.Line($"global::BitKernelGen.Execution.InputEncoder.{call}");
        }

        if (isByChannel)
            ChannelCode(input.Tensor, code);
        if (profile.Input.Mean.Count == 0)
            return;
        string arguments = isByChannel ? constants : $"{constants}, {(code.IsEven ? "default" : Table(code))}";
        _writer.Line();
        _writer.Line("private static readonly byte[] ByteTables = global::BitKernelGen.Execution.InputEncoder.ByteTables(");
        _writer.Line($"    [{string.Join(", ", profile.Input.Mean.Select(CSharp.Literal))}], [{string.Join(", ", profile.Input.Std.Select(CSharp.Literal))}], {CSharp.Literal(profile.Input.Scale)}, {arguments});");
        _writer.Line();
        using (_writer.Block("partial void Encode(byte* input, byte* arena)"))
        {
            Border(input);
            int channels = input.Tensor.Channels, pixels = elements / channels;
            string call = rows == 1
                ? $"Encode(input, {At(input)}, {pixels}, {channels}, ByteTables);"
                : $"Encode(input + (y * {elements}), {At(input)} + (y * {input.RowBytes}), {pixels}, {channels}, ByteTables);";
            using (KernelWriter.Loop(_writer, "y", rows))
                _writer.Line($"global::BitKernelGen.Execution.InputEncoder.{call}");
        }
    }

    /// <summary>Static fields are initialised in the order of the text: this one comes before the tables that are made of it.</summary>
    private void ChannelCode(Tensor input, Code code)
    {
        IEnumerable<int> channels = Enumerable.Range(0, input.Channels);
        string zeros = string.Join(", ", channels.Select(input.ZeroOf));
        _writer.Line();
        _writer.Line("// What each channel is multiplied by, and its level of zero.");
        _writer.Line("private static readonly global::BitKernelGen.Execution.ChannelCode InputCode = new(");
        _writer.Line($"    [{string.Join(", ", channels.Select(channel => CSharp.Literal(input.ReciprocalOf(channel))))}], [{zeros}], {code.MaxLevel});");
        if (input.Zeros.Count == 0)
            return;
        _writer.Line();
        _writer.Line($"private static global::System.ReadOnlySpan<byte> InputZeros => new byte[] {{ {zeros} }};");
    }

    private void Execute()
    {
        using (_writer.Block("partial void Execute(byte* arena)"))
        {
            bool isFirst = true;
            foreach (Step step in _plan.Calls)
            {
                if (!isFirst)
                    _writer.Line();
                Call(step, isPart: false);
                isFirst = false;
            }
        }
    }

    private void Call(Step step, bool isPart)
    {
        if (step.Band is { } band)
        {
            Turns(step, _plan.ConsumerOf(band), isPart);
            return;
        }

        _writer.Line($"// {Describe(step)}");
        foreach (Buffer output in step.OutputByte == 0 ? step.Outputs : default)
            Border(output);
        _writer.Line(Run(step, isPart));
    }

    /// <summary>Two steps that take turns, some rows at a time.</summary>
    private void Turns(Step producer, Step consumer, bool isPart)
    {
        Band band = producer.Band!;
        _writer.Line($"// {Describe(producer)}");
        _writer.Line($"// {Describe(consumer)}; in turns, {band.Rows} rows at a time");
        foreach (Buffer output in producer.Outputs.Concat(consumer.Outputs))
            Border(output);
        using (_writer.Block($"for (int row = 0; row < {band.Rows * band.Count}; row += {band.Rows})"))
        {
            _writer.Line(Run(producer, isPart));
            _writer.Line(Run(consumer, isPart));
        }
    }

    private string Run(Step step, bool isPart) =>
        $"{_names.KernelNamespace}.{_names.Kernels[step.Kernel]}.Run({string.Join(", ", Arguments(step, isPart))});";

    /// <summary>Where a step's rows begin: in a band, they go on from turn to turn but where only those of one turn are kept.</summary>
    private static string At(Step step, Buffer buffer, int start, int stride = 1) => step.Band is null || buffer.BandRows is not null
        ? CSharp.Plus("arena", start)
        : $"{CSharp.Plus("arena", start)} + (row * {stride * buffer.RowBytes})";

    /// <summary>One step's share of a thread; the steps follow each other when all threads have done theirs.</summary>
    private void ExecutePart()
    {
        using (_writer.Block("partial void Execute(int step, byte* arena, byte* scratch, int part, int parts)"))
        using (_writer.Block("switch (step)"))
        {
            int number = 0;
            foreach (Step step in _plan.Calls)
            {
                using (_writer.Case($"{number++}"))
                    CallPart(step);
            }
        }

        _writer.Line();
    }

    private void CallPart(Step step)
    {
        bool hasParts = step.Band is null && PartEmitter.HasParts(step.Kernel);
        if (hasParts)
        {
            _writer.Line($"// {Describe(step)}");
            Buffer[] padded = step.OutputByte == 0 ? [.. step.Outputs.Where(output => output.IsPadded)] : [];
            using (_writer.BlockIf(padded.Length > 0, "if (part == 0)"))
            {
                foreach (Buffer output in padded)
                    Border(output);
            }

            _writer.Line($"{_names.KernelNamespace}.{_names.Kernels[step.Kernel]}.RunPart({string.Join(", ", Arguments(step, isPart: true))}, part, parts);");
            return;
        }

        using (_writer.Block("if (part == 0)"))
            Call(step, isPart: true);
    }

    private string Describe(Step step)
    {
        Layer shown = step.Fused ?? step.Layer;
        string from = string.Join(", ", step.Layer.Inputs.Select(tensor => _plan.Network.Tensors[tensor].Name));
        string residual = step.Residual is null ? "" : $" {(shown.Spec.Op == LayerOp.Mul ? "*" : "+")} {step.Residual.Tensor.Name}";
        string fused = step.Fused is null ? "" : $", then {step.Fused.Spec.Name}";
        return $"{step.Layer.Spec.Name}: {ModelEmitter.Operation(step.Layer)}{fused}; {from}{residual} -> {ModelEmitter.Shape(_plan.Network.Tensors[shown.Output])}";
    }

    /// <summary>What a kernel is called with; threads that share a step bring scratch of their own.</summary>
    private IEnumerable<string> Arguments(Step step, bool isPart)
    {
        IReadOnlyList<(string Type, string Name)> parameters = KernelEmitter.Parameters(step.Kernel);
        foreach ((_, string name) in parameters)
        {
            yield return name switch
            {
                "input" => At(step, step.Input, step.Input.Interior + step.InputByte, step.Layer.Window.StrideHeight),
                "bits" => Pointer(PlanesOf(step.Input.Code!.Planes!)),
                "coefficient" => CSharp.Literal(step.Input.Tensor.Code!.Planes!.Coefficients[step.Plane]),
                "inputStep" => CSharp.Literal(step.Input.Code!.Step),
                "weights" => _names.Field(step.Layer),
                "scratch" when !isPart => CSharp.Plus("arena", CSharp.Operand(MachineChoice.Of(isa => step.ScratchAt(isa).ToString()))),
                "residual" => At(step, step.Residual!, step.Residual!.Interior),
                "residualStep" => CSharp.Literal(step.Residual!.Code!.Step),
                "output" => At(step, step.Outputs[0], step.Outputs[0].Interior + step.OutputByte),
                "reciprocal" => CSharp.Literal(step.Outputs[0].Code!.Reciprocal),
                "levels" => Pointer(Table(step.Outputs[0].Code!)),
                "skip" => At(step, step.Outputs[1], step.Outputs[1].Interior),
                "skipReciprocal" => CSharp.Literal(step.Outputs[1].Code!.Reciprocal),
                "skipLevels" => Pointer(Table(step.Outputs[1].Code!)),
                _ => name,
            };
        }
    }

    private static string At(Buffer buffer) => CSharp.Plus("arena", buffer.Interior);

    private void Border(Buffer buffer)
    {
        if (!buffer.IsPadded)
            return;
        int top = (buffer.PadTop * buffer.RowBytes) + (buffer.PadLeft * buffer.PixelBytes);
        int between = (buffer.PadLeft + buffer.PadRight) * buffer.PixelBytes;
        int bottom = (buffer.PadBottom * buffer.RowBytes) + (buffer.PadRight * buffer.PixelBytes);
        string start = CSharp.Plus("arena", buffer.Offset) + (buffer.Planes == 1 ? "" : $" + (plane * {buffer.PlaneBytes})");
        using System.IDisposable? planes = KernelWriter.Loop(_writer, "plane", buffer.Planes);
        _writer.Line(
            $"global::BitKernelGen.Execution.Border.Fill({start}, {(buffer.Tensor.Zeros.Count > 0 ? "InputZeros" : buffer.Code!.Zero.ToString())}, " +
            $"{buffer.Tensor.Height}, {buffer.InteriorRowBytes}, {top}, {between}, {bottom});");
    }

    private void Decode()
    {
        Buffer buffer = _plan.Output;
        Tensor tensor = buffer.Tensor;
        using (_writer.Block("partial void Decode(byte* arena, float* output)"))
        {
            using (KernelWriter.Loop(_writer, "y", tensor.Height))
            using (KernelWriter.Loop(_writer, "x", tensor.Width))
            {
                string pixel = At(buffer)
                    + (tensor.Height > 1 ? $" + (y * {buffer.RowBytes})" : "") + (tensor.Width > 1 ? $" + (x * {buffer.PixelBytes})" : "");
                string target = tensor.Height * tensor.Width == 1 ? "output" : "*output++";
                if (buffer.Code is not { } code)
                {
                    _writer.Line($"new global::System.ReadOnlySpan<float>({pixel}, {tensor.Channels}).CopyTo(new(output, {tensor.Channels}));");
                    if (target != "output")
                        _writer.Line($"output += {tensor.Channels};");
                    return;
                }

                using (_writer.Block($"for (int i = 0; i < {tensor.Channels}; i++)"))
                    _writer.Line($"*output++ = ({CSharp.Plus($"({pixel})[i]", -code.Zero)}) * {CSharp.Literal(code.Step)};");
            }
        }
    }

    /// <summary>The levels of a code that is not even, by half steps: data of the assembly.</summary>
    private string Table(Code code) => Table("Levels", "The nearest level for every half step.", code.LevelByHalfStep());

    /// <summary>The bit-planes of every level; bytes that are no channel hold levels that the code may not have.</summary>
    private string PlanesOf(BitPlanes planes) => Table("Planes", "The bit-planes of every level.", [.. planes.OfLevel, .. new byte[256 - planes.OfLevel.Count]]);

    private string Table(string kind, string comment, byte[] values)
    {
        string content = string.Join(", ", values);
        if (_tables.FirstOrDefault(table => table.Content == content && table.Comment == comment) is { Name: { } known })
            return known;
        string name = $"{kind}{_tables.Count(table => table.Comment == comment)}";
        _tables.Add((name, comment, content));
        return name;
    }

    private static string Pointer(string table) =>
        $"(byte*)global::System.Runtime.CompilerServices.Unsafe.AsPointer(ref global::System.Runtime.InteropServices.MemoryMarshal.GetReference({table}))";

    private void Tables()
    {
        foreach ((string name, string comment, string content) in _tables)
        {
            _writer.Line();
            _writer.Line($"// {comment}");
            _writer.Line($"private static global::System.ReadOnlySpan<byte> {name} => new byte[] {{ {content} }};");
        }
    }
}

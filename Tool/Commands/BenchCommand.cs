using System.CommandLine;
using System.Globalization;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Export;
using BitKernelGen.Tool.Compile;
using BitKernelGen.Tool.Reports;
using BitKernelGen.Tool.Timing;
using Spectre.Console;

namespace BitKernelGen.Tool.Commands;

/// <summary>Times a profile's generated code beside ONNX Runtime: on 8 bits, and on the float model where there is one.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> profile = CommonOptions.Profile();
        Option<string?> against = CommonOptions.Against();
        Option<string?> data = CommonOptions.Data()!;
        Option<int> threads = CommonOptions.Positive("--threads", "ONNX Runtime's threads; the generated code uses one.", 1);
        Option<bool> json = CommonOptions.Json();
        data.Description = $"A sample to run on instead of random numbers. {data.Description}";
        var command = new Command("bench", "Time the generated code of a profile.") { profile, against, data, threads, json };
        command.SetAction(arguments => Run(
            terminal,
            arguments.GetRequiredValue(profile),
            arguments.GetValue(against),
            arguments.GetValue(data),
            arguments.GetValue(threads),
            arguments.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, string profilePath, string? against, string? data, int threads, bool json)
    {
        ProfileFile profile = ProfileFile.Read(profilePath);
        using CompiledModel compiled = profile.Compile(terminal);
        float[] input = data is null ? RandomInput(profile.InputShape.Length) : FirstSample(profile, data);
        var output = new float[profile.Network.Tensors[profile.Network.Output].Length];
        CodeReport code = CodeReport.Of(compiled, profile.WeightsPath, first => first.Run(input, output), out IModel loaded);
        using IModel model = loaded;
        byte[] peer = EightBitPeer.Export(profile.Network, profile.ReadWeights());
        using OnnxSession int8 = OpenSession("The 8-bit peer", peer, threads, model, input);
        using OnnxSession? fp32 = against is null ? null : OpenSession(against, File.ReadAllBytes(against), threads, model, input);

        Action[] contenders = fp32 is null ? [RunModel, int8.Run] : [RunModel, int8.Run, fp32.Run];
        ContestResult result = terminal.Track(progress => Contest.Measure(contenders, progress));

        var report = new Report
        {
            Model = model.Info.Name,
            Bytes = BytesReport.Of(model.Info),
            Code = code,
            Timing = new TimingReport
            {
                GeneratedUs = result.MedianUs[0],
                OrtInt8Us = result.MedianUs[1],
                OrtFp32Us = fp32 is null ? null : result.MedianUs[2],
                Threads = threads,
                Rounds = result.Rounds,
                InstructionSet = model.Info.InstructionSet,
            },
        };
        if (json)
        {
            terminal.Output.WriteLine(report.ToJson());
        }
        else
        {
            terminal.Write(TableOf(report.Timing));
            terminal.Write(TableOf(code));
        }

        return 0;

        void RunModel() => model.Run(input, output);
    }

    /// <summary>Numbers as a normalised input has them.</summary>
    public static float[] RandomInput(int length)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, length).Select(_ => (4 * random.NextSingle()) - 2)];
    }

    private static float[] FirstSample(ProfileFile profile, string data)
    {
        using DataSource source = DataSource.Open(data, profile.InputShape);
        return profile.Normalization.Apply(source.Read(0));
    }

    private static OnnxSession OpenSession(string name, byte[] onnx, int threads, IModel model, float[] input)
    {
        var session = new OnnxSession(name, onnx, threads);
        if (session.InputLength != model.InputLength || session.Output.Length != model.OutputLength)
        {
            using (session)
            {
                throw new InputException(
                    $"{name} takes {session.InputLength} numbers and gives {session.Output.Length}; "
                    + $"{model.Info.Name} takes {model.InputLength} and gives {model.OutputLength}.");
            }
        }

        session.SetInput(input, model.Info.InputShape[^1]);
        return session;
    }

    private static Table TableOf(TimingReport timing)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("executor");
        table.AddColumn(new TableColumn("µs, median").RightAligned()).AddColumn(new TableColumn("ratio").RightAligned());
        table.AddRow($"generated, {timing.InstructionSet}", Number(timing.GeneratedUs), "");
        if (timing.OrtFp32Us is not null)
            table.AddRow($"ONNX Runtime fp32, threads: {timing.Threads}", Number(timing.OrtFp32Us), Number(timing.RatioFp32));
        table.AddRow($"ONNX Runtime int8, threads: {timing.Threads}", Number(timing.OrtInt8Us), Number(timing.RatioInt8));
        return table.Caption($"{timing.Rounds} rounds, taking turns");
    }

    private static Table TableOf(CodeReport code)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("from profile to output").AddColumn(new TableColumn("ms").RightAligned());
        void Row(FormattableString what, double ms) => table.AddRow(what.ToString(CultureInfo.InvariantCulture), ms.ToString("0.0", CultureInfo.InvariantCulture));
        Row($"generate {code.SourceBytes:N0} bytes of C#", code.GenerateMs);
        Row($"compile them to {code.AssemblyBytes:N0} bytes", code.CompileMs);
        Row($"load the weights", code.LoadMs);
        Row($"first run", code.FirstRunMs);
        Row($"of these two, the JIT", code.JitMs);
        FormattableString caption = $"largest method: {code.LargestMethod}, {code.LargestMethodIlBytes:N0} bytes of IL; most locals: {code.MostLocals}";
        return table.Caption(caption.ToString(CultureInfo.InvariantCulture));
    }

    private static string Number(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";
}

using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Evaluate;
using BitKernelGen.Tool.Executors;
using BitKernelGen.Tool.Reports;

namespace BitKernelGen.Tool.Commands;

/// <summary>How good a profile's outputs are: against labels, and against the float model.</summary>
internal static class EvaluateCommand
{
    private const string Generated = "generated";
    private const string Reference = "reference";

    public static Command Create(Terminal terminal)
    {
        Argument<string> profile = CommonOptions.Profile();
        Option<string> data = CommonOptions.Data();
        data.Required = true;
        Option<string?> against = CommonOptions.Against();
        Option<int?> limit = CommonOptions.OptionalPositive("--limit", "Take the first N samples only.");
        Option<string> executor = new Option<string>("--executor")
        {
            Description = "What runs the network: the generated code, or the scalar reference.",
            DefaultValueFactory = _ => Generated,
        }.AcceptOnlyFromAmong(Generated, Reference);
        Option<ChannelOrder> channelOrder = CommonOptions.Order();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("evaluate", "Measure a profile's accuracy, and how it agrees with the float model.")
        {
            profile, data, against, limit, executor, channelOrder, json,
        };
        command.SetAction(arguments => Run(
            terminal,
            ProfileFile.Read(arguments.GetRequiredValue(profile)),
            arguments.GetRequiredValue(data),
            arguments.GetValue(channelOrder),
            arguments.GetValue(against),
            arguments.GetValue(limit),
            arguments.GetRequiredValue(executor),
            arguments.GetValue(json)));
        return command;
    }

    private static int Run(
        Terminal terminal,
        ProfileFile profile,
        string dataText,
        ChannelOrder order,
        string? against,
        int? limit,
        string executorName,
        bool json)
    {
        using DataSource data = DataSource.Open(dataText, profile.InputShape, order);
        using Executor executor = executorName == Reference ? new ScalarExecutor(profile) : new GeneratedExecutor(profile, terminal);
        using FloatExecutor? floats = against is null ? null : new FloatExecutor(against, profile);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count = Math.Min(limit ?? int.MaxValue, data.Count);
        Evaluation evaluation = terminal.Track(progress => Evaluator.Evaluate(
            data, count, RunAndHash, floats is null ? null : floats.Run, progress.Counting("evaluating", count)));

        var report = new Report
        {
            Model = profile.Network.Profile.Name,
            Executor = executorName,
            Bytes = executor is GeneratedExecutor generated ? BytesReport.Of(generated.Model.Info) : null,
            Accuracy = AccuracyReport.Of(evaluation),
            OutputsSha256 = Convert.ToHexStringLower(hash.GetHashAndReset()),
            UsPerSample = evaluation.MicrosecondsPerSample,
        };
        if (json)
            terminal.Output.WriteLine(report.ToJson());
        else
            Write(terminal, report);
        return 0;

        float[] RunAndHash(Sample sample)
        {
            float[] outputs = executor.Run(sample);
            hash.AppendData(MemoryMarshal.AsBytes<float>(outputs));
            return outputs;
        }
    }

    private static void Write(Terminal terminal, Report report)
    {
        terminal.Output.WriteLine($"{report.Model}, {report.Executor}");
        AccuracyLines.Write(terminal, report.Accuracy!);
        AccuracyLines.Write(terminal, "time a sample", report.UsPerSample, "0.0", "µs");
        terminal.Output.WriteLine($"outputs' SHA-256     {report.OutputsSha256}");
    }
}

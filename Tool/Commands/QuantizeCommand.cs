using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Evaluate;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Tool.Executors;
using BitKernelGen.Tool.Reports;

namespace BitKernelGen.Tool.Commands;

/// <summary>From a float ONNX model and samples to a profile and its weights.</summary>
internal static class QuantizeCommand
{
    private const int HeldBack = 256;

    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL.onnx") { Description = "The float model, opset 11 to 21." };
        Option<string> data = CommonOptions.Data();
        data.Required = true;
        Option<int> samples = CommonOptions.Positive("--samples", "Samples to calibrate on, spread evenly over DATA.", 512);
        Option<double[]?> mean = CommonOptions.Numbers(
            "--mean", "Mean of a pixel after --scale, for each channel or one for all.", double.IsFinite, "a number");
        Option<double[]?> std = CommonOptions.Numbers(
            "--std", "Standard deviation of a pixel after --scale, as many as --mean.", IsPositive, "above 0");
        Option<double> scale = CommonOptions.Number(
            "--scale", "S", "What a byte is multiplied by before mean and standard deviation.", IsPositive, "above 0", 1.0 / byte.MaxValue);
        Option<ChannelOrder> channelOrder = CommonOptions.Order();
        var name = new Option<string?>("--name") { Description = "The class of the model. [default: from the file's name]", HelpName = "NAME" };
        name.Validators.Add(result =>
        {
            if (!IsIdentifier(result.Tokens[0].Value))
                result.AddError("--name must be letters, digits and '_', not a digit first.");
        });
        Option<string[]?> labels = CommonOptions.Texts("--labels", "A name for each output.");
        var output = new Option<string>("--output", "-o")
        {
            Description = "The folder for NAME.bitprofile, NAME.safetensors and NAME.calibration.json.",
            HelpName = "DIR",
        };
        var budgets = new BudgetOptions();
        var codes = new CodeOptions();
        Option<bool> json = CommonOptions.Json();

        var command = new Command("quantize", "Quantize an ONNX model into a profile and its weights.")
        {
            model, data, samples, mean, std, scale, channelOrder, name, labels, output, json,
        };
        budgets.AddTo(command);
        codes.AddTo(command, budgets.OfCodes, output);
        command.Validators.Add(result =>
        {
            if (CountOf(result, mean) != CountOf(result, std))
                result.AddError("--mean and --std must have as many numbers.");
        });
        command.SetAction(arguments =>
        {
            string path = arguments.GetRequiredValue(model);
            var request = new Request
            {
                Model = path,
                Data = arguments.GetRequiredValue(data),
                Order = arguments.GetValue(channelOrder),
                Samples = arguments.GetValue(samples),
                Bits = budgets.Read(arguments),
                Mean = arguments.GetValue(mean) is { Length: > 0 } means ? means : null,
                Std = arguments.GetValue(std) is { Length: > 0 } deviations ? deviations : null,
                Scale = arguments.GetValue(scale),
                Name = arguments.GetValue(name) ?? NameOf(path),
                Labels = arguments.GetValue(labels) ?? [],
                Output = arguments.GetValue(output) ?? "",
                Shard = codes.GetShard(arguments),
                ApplyCodes = (options, network, samples) => codes.Apply(arguments, options, network, samples),
            };
            Report report = Run(terminal, request);
            if (arguments.GetValue(json))
                terminal.Output.WriteLine(report.ToJson());
            else
                Write(terminal, report);
            return 0;
        });
        return command;
    }

    private static Report Run(Terminal terminal, Request request)
    {
        FloatNetwork network = OnnxFile.Import(request.Model);
        if (request.Labels.Length > 0 && request.Labels.Length != network.OutputLength())
            throw new InputException($"{request.Model}: --labels has {request.Labels.Length} names for {network.OutputLength()} outputs.");
        var shape = new SampleShape(network.Height, network.Width, network.Channels);
        using DataSource data = DataSource.Open(request.Data, shape, request.Order);
        InputNormalization? normalization = NormalizationOf(request, data, shape);
        int calibrating = Math.Min(request.Samples, data.Count);
        var options = new QuantizeOptions
        {
            Name = request.Name,
            Samples = calibrating,
            Normalization = normalization,
            Labels = request.Labels,
            WorkFolder = Path.Combine(request.Output, ".bitkernel"),
        };
        options = request.Bits.Apply(request.ApplyCodes(options, network, data), network);
        if (request.Shard is { } part)
            return Gather(terminal, request, network, data, options, part.Shard, part.Path);
        long start = Stopwatch.GetTimestamp();
        QuantizedNetwork quantized = Quantize(terminal, request, network, data, options);
        CalibrationRecord record = CalibrationRecorder.Record(quantized, options) with
        {
            RateAsked = request.Bits.AskedRate,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };

        // Only what was read back, compiled and tried takes the place of what is there.
        string draft = Directory.CreateTempSubdirectory("bitkernel").FullName;
        try
        {
            ProfileFile profile = ProfileFile.Read(quantized.Save(draft));
            using var heldBack = new HeldBackSamples(data, calibrating, HeldBack);
            (Report report, record) = Check(terminal, request, profile, record, heldBack);
            string path = quantized.Save(request.Output), recordPath = CalibrationRecordFile.PathFor(path);
            CalibrationRecordFile.Write(recordPath, record);
            quantized.DeleteCheckpoints();
            return report with { Files = [path, Path.Combine(request.Output, quantized.Profile.Weights.File), recordPath] };
        }
        finally
        {
            Directory.Delete(draft, recursive: true);
        }
    }

    private static QuantizedNetwork Quantize(Terminal terminal, Request request, FloatNetwork network, DataSource data, QuantizeOptions options)
    {
        try
        {
            return terminal.Track(progress => Quantizer.Quantize(network, data, options, progress.Select<QuantizeProgress>(StageOf)));
        }
        catch (BudgetException exception)
        {
            throw new InputException($"{request.Model}: {exception.Message}", exception);
        }
    }

    /// <summary>Writes the statistics of a part of the samples, and nothing else.</summary>
    private static Report Gather(
        Terminal terminal, Request request, FloatNetwork network, DataSource data, QuantizeOptions options, CodeOptions.Shard shard, string path)
    {
        ModelStatistics statistics = terminal.Track(progress => StatisticsCollector.Collect(
            network, data, options, shard.Index, shard.Count, progress.Select<QuantizeProgress>(StageOf)));
        StatisticsFile.Write(path, statistics);
        return new Report { Model = request.Name, Files = [path] };
    }

    private static StageProgress StageOf(QuantizeProgress step) => new(step.Stage, (double)step.Done / step.Total);

    /// <summary>Runs the new model on samples that it has not seen, if there are any.</summary>
    private static (Report Report, CalibrationRecord Record) Check(
        Terminal terminal, Request request, ProfileFile profile, CalibrationRecord record, HeldBackSamples heldBack)
    {
        using var generated = new GeneratedExecutor(profile, terminal);
        using var floats = new FloatExecutor(request.Model, profile);
        if (heldBack.Count > 0)
        {
            Evaluation evaluation = terminal.Track(progress => Evaluator.Evaluate(
                heldBack, heldBack.Count, generated.Run, floats.Run, progress.Counting("checking", heldBack.Count)));
            record = record with { Check = CheckRecord.Of(evaluation) };
        }

        return (ProfileReport.Of(profile.Network, generated.Model.Info, record), record);
    }

    /// <summary>Raw bytes are normalised, by 0 and 1 where nothing is said; floats are what the network reads unless something is.</summary>
    private static InputNormalization? NormalizationOf(Request request, DataSource data, SampleShape shape)
    {
        if (request.Mean is null && !data.IsBytes)
            return null;
        try
        {
            return Normalizer.Create(shape.Channels, request.Mean, request.Std, request.Scale);
        }
        catch (ArgumentException exception)
        {
            throw new InputException($"{request.Model}: {exception.Message}", exception);
        }
    }

    private static void Write(Terminal terminal, Report report)
    {
        if (report.Layers is { } layers)
            terminal.Write(LayerTable.Of(layers));
        foreach (string file in report.Files!)
            terminal.Output.WriteLine(file);
        if (report.Accuracy is { } accuracy)
            AccuracyLines.Write(terminal, accuracy);
    }

    private static int CountOf(CommandResult command, Option<double[]?> numbers) =>
        command.GetResult(numbers)?.Tokens.Sum(token => token.Value.Split(',').Length) ?? 0;

    private static bool IsPositive(double value) => double.IsFinite(value) && value > 0;

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>fashion_cnn.onnx makes FashionCnn.</summary>
    private static string NameOf(string path)
    {
        string[] words = [.. Path.GetFileNameWithoutExtension(path)
            .Split(path.Where(c => !char.IsAsciiLetterOrDigit(c)).Distinct().ToArray(), StringSplitOptions.RemoveEmptyEntries)
            .Select(word => char.ToUpperInvariant(word[0]) + word[1..])];
        string name = string.Concat(words);
        return IsIdentifier(name) ? name : $"Model{name}";
    }

    private sealed record Request
    {
        public required string Model { get; init; }

        public required string Data { get; init; }

        public required ChannelOrder Order { get; init; }

        public required int Samples { get; init; }

        public required BudgetOptions.Bits Bits { get; init; }

        public required double[]? Mean { get; init; }

        public required double[]? Std { get; init; }

        public required double Scale { get; init; }

        public required string Name { get; init; }

        public required string[] Labels { get; init; }

        public required string Output { get; init; }

        public required (CodeOptions.Shard Shard, string Path)? Shard { get; init; }

        public required Func<QuantizeOptions, FloatNetwork, DataSource, QuantizeOptions> ApplyCodes { get; init; }
    }
}

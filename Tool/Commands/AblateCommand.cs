using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Evaluate;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Tool.Executors;

namespace BitKernelGen.Tool.Commands;

/// <summary>What each step of the recipe gives: the table of <c>docs/accuracy.md</c>. For those who work on the recipe.</summary>
internal static class AblateCommand
{
    private static readonly IReadOnlyList<(string Name, Func<QuantizeOptions, QuantizeOptions> Apply)> Steps = Ablation.Steps;

    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL.onnx") { Description = "The float model." };
        Option<string> data = CommonOptions.Data();
        data.Required = true;
        var test = new Option<string>("--test") { Description = "Labelled samples to judge by, as --data.", HelpName = "DATA", Required = true };
        Option<int> samples = CommonOptions.Positive("--samples", "Samples to calibrate on, spread evenly over --data.", 512);
        Option<int?> limit = CommonOptions.OptionalPositive("--limit", "Judge by the first N samples only.");
        Option<double[]?> mean = CommonOptions.Numbers("--mean", "As in quantize.", double.IsFinite, "a number");
        Option<double[]?> std = CommonOptions.Numbers("--std", "As in quantize.", x => x > 0, "above 0");
        Option<string[]?> settings = CommonOptions.Texts("--settings", "Bits of weights and codes. [default: 8/8,8/5,8/4,4/4]");
        Option<string[]?> steps = CommonOptions.Texts("--steps", $"Which of {string.Join(", ", Steps.Select(step => step.Name))}. [default: all]");
        var command = new Command("ablate", "Measure what each step of rounding gives.")
        {
            model, data, test, samples, limit, mean, std, settings, steps,
        };
        command.Hidden = true;
        command.SetAction(arguments =>
        {
            string[] names = arguments.GetValue(steps) is { Length: > 0 } some ? some : [.. Steps.Select(step => step.Name)];
            if (names.FirstOrDefault(name => Steps.All(step => step.Name != name)) is { } unknown)
                throw new InputException($"There is no step '{unknown}'.");
            (int Weights, int Codes)[] bits = [.. (arguments.GetValue(settings) is { Length: > 0 } asked ? asked : ["8/8", "8/5", "8/4", "4/4"]).Select(Setting)];
            string path = arguments.GetRequiredValue(model);
            FloatNetwork network = OnnxFile.Import(path);
            var shape = new SampleShape(network.Height, network.Width, network.Channels);
            using DataSource calibration = DataSource.Open(arguments.GetRequiredValue(data), shape);
            using DataSource judge = DataSource.Open(arguments.GetRequiredValue(test), shape);
            var options = new QuantizeOptions
            {
                Name = "Ablated",
                Samples = Math.Min(arguments.GetValue(samples), calibration.Count),
                Normalization = calibration.IsBytes || arguments.GetValue(mean) is { Length: > 0 }
                    ? Normalizer.Create(shape.Channels, arguments.GetValue(mean), arguments.GetValue(std))
                    : null,
            };
            var bench = new Judge(terminal, path, judge, arguments.GetValue(limit) ?? judge.Count);
            terminal.Output.WriteLine($"| step | {string.Join(" | ", bits.Select(pair => $"W{pair.Weights}A{pair.Codes}"))} |");
            terminal.Output.WriteLine($"|---|{string.Concat(bits.Select(_ => "---|"))}");
            foreach (string name in names)
            {
                terminal.Output.Write($"| {name} |");
                foreach ((int weights, int codes) in bits)
                {
                    QuantizeOptions wanted = Steps.First(step => step.Name == name).Apply(options with { WeightBits = weights, Bits = codes });
                    long start = Stopwatch.GetTimestamp();
                    QuantizedNetwork quantized = Quantizer.Quantize(network, calibration, wanted);
                    terminal.Output.Write($" {bench.Of(quantized)} / {Text(Stopwatch.GetElapsedTime(start).TotalSeconds, "0")} |");
                    terminal.Output.Flush();
                }

                terminal.Output.WriteLine();
            }

            return 0;
        });
        return command;
    }

    private static (int Weights, int Codes) Setting(string text) =>
        text.Split('/') is [var weights, var codes]
        && int.TryParse(weights, out int w) && int.TryParse(codes, out int a) && w is >= 1 and <= 8 && a is >= 1 and <= 8
            ? (w, a)
            : throw new InputException($"'{text}' is not W/A, each from 1 to 8.");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Judges quantized networks by samples that the float model has to answer once only.</summary>
    private sealed class Judge(Terminal terminal, string model, DataSource data, int limit)
    {
        private readonly Dictionary<int, float[]> _expected = [];

        /// <summary>Points of top-1 lost, share that agrees, SQNR in decibels.</summary>
        public string Of(QuantizedNetwork quantized)
        {
            string draft = Directory.CreateTempSubdirectory("bitkernel").FullName;
            try
            {
                ProfileFile profile = ProfileFile.Read(quantized.Save(draft));
                using var generated = new GeneratedExecutor(profile, terminal);
                using var floats = new FloatExecutor(model, profile);
                int next = 0;
                float[] Expected(Sample sample) => _expected.TryGetValue(next++, out float[]? known) ? known : _expected[next - 1] = floats.Run(sample);
                Evaluation evaluation = Evaluator.Evaluate(data, limit, generated.Run, Expected);
                return $"{Text((evaluation.ReferenceTop1 - evaluation.Top1 ?? double.NaN) * 100, "0.00")}"
                    + $" / {Text(evaluation.Agreement!.Value * 100, "0.0")} / {Text(evaluation.SqnrDb!.Value, "0.0")}";
            }
            finally
            {
                Directory.Delete(draft, recursive: true);
            }
        }
    }
}

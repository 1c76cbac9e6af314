using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace BitKernelGen.Bench.Accuracy;

/// <summary>
/// The table of <c>docs/accuracy.md</c>: networks quantized by the command line's own verbs at several rates and by several
/// methods, then evaluated on samples that they were not calibrated on.
/// </summary>
internal static class AccuracyTable
{
    private static readonly string[] Methods = ["exact", "paper", "range"];

    private static readonly (string Name, string[] Options)[] Settings =
    [
        ("W8A8", ["--weight-bits", "8", "--bits", "8"]),
        ("W8A5", ["--weight-bits", "8", "--bits", "5"]),
        ("W8A4", ["--weight-bits", "8", "--bits", "4"]),
        ("W4A4", ["--weight-bits", "4", "--bits", "4"]),
        ("W4R3", ["--weight-bits", "4", "--rate", "3"]),
    ];

    /// <summary>Writes the table to standard output, a row as soon as it is known.</summary>
    /// <param name="data">The folder above models/ and data/.</param>
    /// <param name="words">Networks, settings and methods to take; all of a kind of which none is named.</param>
    /// <returns>0 after success.</returns>
    public static int Run(string data, IReadOnlyCollection<string> words)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", "accuracy")).FullName;
        AccuracyNetwork[] networks = [.. AccuracyNetwork.All(data, folder)];
        string[] known = [.. networks.Select(network => network.Name), .. Settings.Select(setting => setting.Name), .. Methods];
        if (words.FirstOrDefault(word => !known.Contains(word)) is { } unknown)
        {
            Console.Error.WriteLine($"'{unknown}' is none of {string.Join(", ", known)}.");
            return 2;
        }

        bool IsWanted(string word, IEnumerable<string> kind) => words.Contains(word) || !kind.Any(words.Contains);
        Console.WriteLine("| network | setting | method | top-1, float | top-1 | drop, points | SQNR, dB | agreement | rate | seconds |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (AccuracyNetwork network in networks.Where(network => IsWanted(network.Name, networks.Select(other => other.Name))))
        {
            string model = Path.Combine(data, "models", $"{network.Name}.onnx");
            foreach ((string setting, string[] options) in Settings.Where(setting => IsWanted(setting.Name, Settings.Select(other => other.Name))))
            {
                foreach (string method in Methods.Where(method => IsWanted(method, Methods)))
                    Console.WriteLine(Row(network, model, setting, options, method, Path.Combine(folder, network.Name, setting, method)));
            }
        }

        return 0;
    }

    private static string Row(AccuracyNetwork network, string model, string setting, string[] options, string method, string folder)
    {
        long start = Stopwatch.GetTimestamp();
        JsonElement quantized = Verb.Run(
        [
            "quantize", model, "--data", network.Calibration, "--samples", Text(network.Samples), "--mean", network.Mean, "--std", network.Std,
            .. options, "--method", method, "--name", "Model", "-o", folder, "--json",
        ]);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        JsonElement accuracy = Verb.Run(
            ["evaluate", Path.Combine(folder, "Model.bitprofile"), "--data", network.Test, "--against", model, "--json"]).GetProperty("accuracy");
        double Percent(string name) => 100 * accuracy.GetProperty(name).GetDouble();
        double top1 = Percent("top1"), floatTop1 = Percent("float_top1");
        string[] cells =
        [
            network.Name, setting, method, Text(floatTop1), Text(top1), Text(floatTop1 - top1),
            accuracy.GetProperty("sqnr_db").GetDouble().ToString("0.0", CultureInfo.InvariantCulture), $"{Text(Percent("agreement"))} %",
            Text(quantized.GetProperty("rate").GetProperty("achieved").GetDouble()), Text(Math.Round(elapsed.TotalSeconds)),
        ];
        return $"| {string.Join(" | ", cells)} |";
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}

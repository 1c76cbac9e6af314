using System.CommandLine;
using System.Globalization;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Tool.Compile;
using BitKernelGen.Tool.Reports;

namespace BitKernelGen.Tool.Commands;

/// <summary>Shows what a network is made of: an ONNX model as it is imported, or a profile with its plan.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "An .onnx model or a .bitprofile." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("inspect", "Show the layers of a network: shapes, bits, multiply-accumulates, bytes, plan.") { model, json };
        command.SetAction(arguments => Run(terminal, arguments.GetRequiredValue(model), arguments.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, string path, bool json)
    {
        bool isOnnx = Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);
        Report report = isOnnx ? OfModel(path) : OfProfile(terminal, path);
        if (json)
            terminal.Output.WriteLine(report.ToJson());
        else
            Write(terminal, report);
        return 0;
    }

    /// <summary>Of a profile all is known without its weights, so they need not be there.</summary>
    private static Report OfProfile(Terminal terminal, string path)
    {
        ProfileFile profile = ProfileFile.Read(path);
        using CompiledModel model = profile.Compile(terminal);
        return ProfileReport.Of(profile.Network, model.Info, profile.ReadRecord());
    }

    private static Report OfModel(string path)
    {
        FloatNetwork network = OnnxFile.Import(path);
        return new Report
        {
            Model = Path.GetFileNameWithoutExtension(path),
            Layers = [.. network.Layers.Select(LayerReport.Of)],
        };
    }

    private static void Write(Terminal terminal, Report report)
    {
        terminal.Output.WriteLine(report.Model);
        terminal.Write(LayerTable.Of(report.Layers!));
        long macs = report.Layers!.Sum(layer => layer.Macs);
        terminal.Output.WriteLine($"multiply-accumulates  {Number(macs)}");
        if (report.Bytes is { } bytes)
        {
            terminal.Output.WriteLine($"weights, bytes        {Number(bytes.Weights)}    float32: {Number(bytes.FloatWeights)}");
            terminal.Output.WriteLine($"activations, bytes    {Number(bytes.Arena)}    float32: {Number(bytes.FloatArena)}");
        }

        if (report.Rate is { } rate)
            terminal.Output.WriteLine(Invariant($"bits of a code        {rate.Achieved:0.00}{(rate.Asked is { } asked ? $"    asked: {asked}" : "")}"));
        if (report.Accuracy is { } accuracy)
            AccuracyLines.Write(terminal, accuracy);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

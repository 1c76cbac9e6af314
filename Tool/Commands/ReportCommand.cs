using System.CommandLine;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Tool.Compile;
using BitKernelGen.Tool.Reports;
using BitKernelGen.Tool.Reports.Html;
using BitKernelGen.Tool.Timing;

namespace BitKernelGen.Tool.Commands;

/// <summary>Shows all that is known of a profile on one page.</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> profile = CommonOptions.Profile();
        var output = new Option<string>("--output", "-o") { Description = "The page to write.", HelpName = "report.html", Required = true };
        var noTiming = new Option<bool>("--no-timing") { Description = "Don't time a run, so that equal input gives an equal page." };
        var command = new Command(
            "report", "Write one HTML page: rate-distortion curves, bits of every layer, histograms, errors, accuracy, time.")
        {
            profile, output, noTiming,
        };
        command.SetAction(arguments => Run(
            terminal, ProfileFile.Read(arguments.GetRequiredValue(profile)), arguments.GetRequiredValue(output), arguments.GetValue(noTiming)));
        return command;
    }

    private static int Run(Terminal terminal, ProfileFile profile, string output, bool noTiming)
    {
        CalibrationRecord? record = profile.ReadRecord();
        using CompiledModel compiled = profile.Compile(terminal);
        var missing = new List<string>();
        TimingReport? timing = null;
        if (noTiming)
            missing.Add("The time of a run: --no-timing was given.");
        else if (!File.Exists(profile.WeightsPath))
            missing.Add($"The time of a run: the weights are not there, {profile.WeightsPath}.");
        else
            timing = Measure(terminal, profile, compiled);
        Report report = ProfileReport.Of(profile.Network, compiled.Info, record) with { Timing = timing };
        string page = HtmlReport.Render(
            new PageSource(profile.Network, report, record, CalibrationRecordFile.PathFor(profile.Path), missing));
        AsideFile.Write(output, page);
        terminal.Output.WriteLine(output);
        return 0;
    }

    private static TimingReport Measure(Terminal terminal, ProfileFile profile, CompiledModel compiled)
    {
        using IModel model = compiled.Load(profile.WeightsPath);
        float[] input = BenchCommand.RandomInput(model.InputLength), output = new float[model.OutputLength];
        ContestResult result = terminal.Track(progress => Contest.Measure([() => model.Run(input, output)], progress));
        return new TimingReport
        {
            GeneratedUs = result.MedianUs[0],
            Threads = 1,
            Rounds = result.Rounds,
            InstructionSet = model.Info.InstructionSet,
        };
    }
}

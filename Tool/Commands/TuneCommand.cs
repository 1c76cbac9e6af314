using System.CommandLine;
using System.Globalization;
using BitKernelGen.Profiles;
using BitKernelGen.Tool.Reports;
using BitKernelGen.Tool.Tuning;
using Spectre.Console;

namespace BitKernelGen.Tool.Commands;

/// <summary>Measures the strategies of a profile's layers on this machine and pins the fastest.</summary>
internal static class TuneCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> profile = CommonOptions.Profile();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only measure: the profile stays as it is." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("tune", "Measure the kernel strategies of every layer on this machine and pin the fastest in the profile.")
        {
            profile, dryRun, json,
        };
        command.SetAction(arguments => Run(
            terminal, arguments.GetRequiredValue(profile), arguments.GetValue(dryRun), arguments.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, string path, bool isDryRun, bool json)
    {
        ProfileFile profile = ProfileFile.Read(path);
        if (profile.Network.Profile.Prefer == Preference.Memory)
            throw new InputException($"{path}: it prefers memory, for which weights keep their bits: there is nothing to choose.");
        TunedProfile tuned = terminal.Track(progress => Tuner.Tune(profile, progress));
        if (!isDryRun && tuned.Pin() is var pinned && pinned != profile.Text)
            AsideFile.Write(path, pinned);
        if (json)
            terminal.Output.WriteLine(new Report { Model = profile.Network.Profile.Name, Tuning = TuningReport.Of(tuned) }.ToJson());
        else
            Write(terminal, tuned, isDryRun ? null : path);
        return 0;
    }

    private static void Write(Terminal terminal, TunedProfile tuned, string? path)
    {
        string[] strategies = [.. tuned.Layers.SelectMany(layer => layer.Measured).Select(measured => measured.Strategy).Distinct()];
        var table = new Table().Border(TableBorder.Simple).AddColumn("layer").AddColumn("by cost model").AddColumn(new TableColumn("cycles").RightAligned());
        foreach (string strategy in strategies)
            table.AddColumn(new TableColumn($"{strategy}, µs").RightAligned());
        table.AddColumn("by measuring");
        foreach (TunedLayer layer in tuned.Layers)
        {
            IEnumerable<string> times = strategies.Select(name => layer.Measured.FirstOrDefault(measured => measured.Strategy == name) is { } measured
                ? Number(measured.Us) : "");
            table.AddRow([Markup.Escape(layer.Name), layer.Predicted, layer.Cycles.ToString("N0", CultureInfo.InvariantCulture), .. times, layer.Tuned]);
        }

        terminal.Write(table);
        TuningReport report = TuningReport.Of(tuned);
        terminal.Output.WriteLine(FormattableString.Invariant(
            $"{tuned.InstructionSet}: {report.PredictedUs:0.0} µs as the cost model chooses, {report.TunedUs:0.0} µs as measured."));
        if (path is not null)
            terminal.Output.WriteLine(path);
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}

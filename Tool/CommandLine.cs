using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Calibration.Statistics;
using BitKernelGen.Tool.Commands;

namespace BitKernelGen.Tool;

/// <summary>The command <c>bitkernel</c>.</summary>
public static class CommandLine
{
    private const int BadInput = 1;
    private const int BadUsage = 2;

    /// <summary>Runs a verb.</summary>
    /// <param name="args">The words after <c>bitkernel</c>.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>0 after success, 1 where the input is bad, 2 where the words are.</returns>
    public static int Run(IReadOnlyList<string> args, Terminal terminal)
    {
        ParseResult parsed = Create(terminal).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors)
                terminal.Error.WriteLine(error.Message);
            terminal.Error.WriteLine($"Try '{NameOf(parsed.CommandResult)} --help'.");
            return BadUsage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (Exception exception) when (IsBadInput(exception))
        {
            terminal.Error.WriteLine(exception.Message);
            return BadInput;
        }
    }

    // A RootCommand would call itself after the assembly.
    private static Command Create(Terminal terminal) => new("bitkernel", "Low-bit neural networks, native to .NET.")
    {
        QuantizeCommand.Create(terminal),
        MergeCommand.Create(terminal),
        EvaluateCommand.Create(terminal),
        BenchCommand.Create(terminal),
        TuneCommand.Create(terminal),
        ReportCommand.Create(terminal),
        InspectCommand.Create(terminal),
        EmitCommand.Create(terminal),
        ExportCommand.Create(terminal),
        AblateCommand.Create(terminal),
        new HelpOption { Recursive = true },
        new VersionOption(),
    };

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : command.Command.Name;

    private static bool IsBadInput(Exception exception) =>
        exception is InputException or WeightsException or DataSourceException or StatisticsException or OnnxImportException
            or CalibrationRecordException or IOException or UnauthorizedAccessException;
}

using System.Globalization;
using Microsoft.CodeAnalysis;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BitKernelGen.Tool;

/// <summary>Where a command writes: results to standard output, everything else to standard error.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="interactive">Whether standard error is a terminal that progress bars can be drawn on.</param>
public sealed class Terminal(TextWriter output, TextWriter error, bool interactive)
{
    private const int WidthOfFiles = 240;
    private static readonly DiagnosticFormatter DiagnosticFormatter = new();

    /// <summary>For results.</summary>
    public TextWriter Output => output;

    /// <summary>For progress, diagnostics and errors.</summary>
    public TextWriter Error => error;

    /// <summary>This process's own streams.</summary>
    public static Terminal OfProcess() => new(Console.Out, Console.Error, !Console.IsErrorRedirected);

    /// <summary>Writes a table to standard output; where that is a file, without colours and wide enough.</summary>
    public void Write(IRenderable renderable)
    {
        bool isTerminal = output == Console.Out && !Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = WidthOfFiles;
        console.Write(renderable);
    }

    /// <summary>Writes diagnostics to standard error, as the compiler does: file(line,column): severity id: message.</summary>
    public void Report(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics)
            error.WriteLine(DiagnosticFormatter.Format(diagnostic, CultureInfo.InvariantCulture));
    }

    /// <summary>Does something that takes a while and shows how far it is: a bar on a terminal, else a line as each stage begins.</summary>
    /// <param name="work">What to do; it reports the stage that it is in and the part of it that is done, from 0 to 1.</param>
    public T Track<T>(Func<IProgress<StageProgress>, T> work)
    {
        if (!interactive)
            return work(new Lines(error));

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context => work(new Bars(context)));
    }

    private sealed class Lines(TextWriter error) : IProgress<StageProgress>
    {
        private string? _stage;

        public void Report(StageProgress value)
        {
            if (value.Stage != _stage)
                error.WriteLine(_stage = value.Stage);
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<StageProgress>
    {
        private ProgressTask? _task;

        public void Report(StageProgress value)
        {
            if (_task is null || _task.Description != Markup.Escape(value.Stage))
            {
                _task?.StopTask();
                _task = context.AddTask(Markup.Escape(value.Stage), maxValue: 1);
            }

            _task.Value = value.Fraction;
        }
    }
}

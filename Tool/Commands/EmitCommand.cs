using System.CommandLine;
using BitKernelGen.Tool.Compile;

namespace BitKernelGen.Tool.Commands;

/// <summary>Writes the C# that the build would generate from a profile.</summary>
internal static class EmitCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> profile = CommonOptions.Profile();
        var output = new Option<string>("--output", "-o") { Description = "The folder to write to.", HelpName = "DIR", Required = true };
        var rootNamespace = new Option<string>("--namespace")
        {
            Description = "The namespace of the model's class.",
            DefaultValueFactory = _ => "Models",
        };
        var command = new Command("emit", "Write the generated C# of a profile.") { profile, output, rootNamespace };
        command.SetAction(arguments => Run(
            terminal, arguments.GetRequiredValue(profile), arguments.GetRequiredValue(output), arguments.GetRequiredValue(rootNamespace)));
        return command;
    }

    private static int Run(Terminal terminal, string profile, string output, string rootNamespace)
    {
        GeneratedModel model = ModelCompiler.Generate(File.ReadAllText(profile), profile, rootNamespace);
        terminal.Report(model.Diagnostics);
        if (model.HasErrors)
            return 1;

        Directory.CreateDirectory(output);
        foreach (GeneratedSource source in model.Sources)
        {
            string path = Path.Combine(output, Path.GetFileName(source.HintName));
            File.WriteAllText(path, source.Text);
            terminal.Output.WriteLine(path);
        }

        return 0;
    }
}

using System.CommandLine;
using BitKernelGen.Calibration.Export;

namespace BitKernelGen.Tool.Commands;

/// <summary>Writes a profile as an ONNX model with QuantizeLinear and DequantizeLinear.</summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> profile = CommonOptions.Profile();
        var output = new Option<string>("--output", "-o") { Description = "The model to write.", HelpName = "MODEL.onnx", Required = true };
        var rawInput = new Option<bool>("--raw-input")
        {
            Description = "The model takes raw bytes and normalises them by the profile's mean and std.",
        };
        var command = new Command("export", "Write a profile as a QDQ ONNX model of the same arithmetic.") { profile, output, rawInput };
        command.SetAction(arguments => Run(
            terminal, arguments.GetRequiredValue(profile), arguments.GetRequiredValue(output), arguments.GetValue(rawInput)));
        return command;
    }

    private static int Run(Terminal terminal, string profilePath, string output, bool rawInput)
    {
        ProfileFile profile = ProfileFile.Read(profilePath);
        byte[] model;
        try
        {
            model = OnnxExporter.Export(profile.Network, profile.ReadWeights(), new ExportOptions { RawInput = rawInput });
        }
        catch (ExportException exception)
        {
            throw new InputException($"{profilePath}: {exception.Message}", exception);
        }

        Write(output, model);
        terminal.Output.WriteLine(output);
        return 0;
    }

    /// <summary>Written aside and then moved: a file that is there stays whole whatever happens.</summary>
    private static void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(aside, bytes);
            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}

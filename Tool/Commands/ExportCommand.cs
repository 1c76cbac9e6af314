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
            terminal,
            arguments.GetRequiredValue(profile),
            arguments.GetRequiredValue(output),
            new ExportOptions { RawInput = arguments.GetValue(rawInput) }));
        return command;
    }

    private static int Run(Terminal terminal, string profilePath, string output, ExportOptions options)
    {
        ProfileFile profile = ProfileFile.Read(profilePath);
        OnnxExport export;
        try
        {
            export = OnnxExporter.Export(profile.Network, profile.ReadWeights(), options);
        }
        catch (ExportException exception)
        {
            throw new InputException($"{profilePath}: {exception.Message}", exception);
        }

        Write(output, export.Model);
        if (export.FloatBiases.Count > 0)
        {
            terminal.Error.WriteLine(
                $"Biases of {string.Join(", ", export.FloatBiases)} are no multiples of the integer sums' unit and stay float32. "
                + "ONNX Runtime rounds them where it fuses the layer, so outputs differ a little. Profiles quantized again have none.");
        }

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

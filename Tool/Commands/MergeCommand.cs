using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Tool.Commands;

/// <summary>Adds statistics that were gathered in parts.</summary>
internal static class MergeCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("FILES")
        {
            Description = "Statistics of one model, as 'bitkernel quantize --shard' writes them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--output", "-o") { Description = "The file for the sum.", HelpName = "FILE", Required = true };
        var command = new Command("merge", "Add statistics that were gathered in parts, in any order.") { files, output };
        command.SetAction(arguments =>
        {
            string[] paths = arguments.GetRequiredValue(files);
            string path = arguments.GetRequiredValue(output);
            ModelStatistics sum = Merge(paths);
            StatisticsFile.Write(path, sum);
            string samples = sum.Samples.ToString("N0", CultureInfo.InvariantCulture);
            terminal.Output.WriteLine($"{path}: {paths.Length} files, {samples} samples, {sum.Tensors.Count} tensors");
            return 0;
        });
        return command;
    }

    private static ModelStatistics Merge(string[] paths)
    {
        ModelStatistics? sum = null;
        var seen = new Dictionary<string, string>();
        foreach (string path in paths)
        {
            byte[] bytes = File.ReadAllBytes(path);
            ModelStatistics part = StatisticsFile.Read(path, bytes);

            // Parts of different samples never have equal bytes; one given twice would count twice.
            string hash = Convert.ToHexString(SHA256.HashData(bytes));
            if (!seen.TryAdd(hash, path))
                throw new InputException($"{path}: it holds the same statistics as {seen[hash]}; each part is added once.");
            try
            {
                if (sum is null)
                    sum = part;
                else
                    sum.Add(part);
            }
            catch (StatisticsException exception)
            {
                throw new InputException($"{path}: {exception.Message} (which is {paths[0]}'s)", exception);
            }
        }

        return sum!;
    }
}

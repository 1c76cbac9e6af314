using BitKernelGen.Execution;

namespace BitKernelGen.Conformance;

/// <summary>
/// Prints a line for each network and compares it with golden.txt, which the reference executor made; ends with 0 where all are equal,
/// else with 1.
/// </summary>
internal static class Program
{
    public static int Main()
    {
        Dictionary<string, string> golden = Golden.Read();
        var differences = new List<string>();
        foreach ((string name, Func<IModel> load) in Networks.All)
        {
            string actual = Run(load), expected = golden.GetValueOrDefault(name, "not in golden.txt");
            Console.WriteLine($"{name} {actual}");
            if (actual != expected)
                differences.Add($"- {name} {expected}{Environment.NewLine}+ {name} {actual}");
        }

        foreach (string difference in differences)
            Console.WriteLine(difference);
        Console.WriteLine($"{Networks.All.Count} networks on {Machine.InstructionSet}, {differences.Count} differ from the reference.");
        return differences.Count == 0 ? 0 : 1;
    }

    /// <summary>The fingerprint, or why there is none: one network's failure must not hide the others.</summary>
    private static string Run(Func<IModel> load)
    {
        try
        {
            using IModel model = load();
            return Fingerprint.Of(model);
        }
        catch (Exception exception)
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
    }
}

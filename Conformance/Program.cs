using BitKernelGen.Conformance;
using BitKernelGen.Execution;

// Prints a line for each network and compares it with golden.txt, which the reference executor made: 0 where all are equal, else 1.
Dictionary<string, string> golden = Golden.Read();
var differences = new List<string>();
foreach ((string name, Func<BitKernelGen.IModel> load) in Networks.All)
{
    string actual;
    try
    {
        using BitKernelGen.IModel model = load();
        actual = Fingerprint.Of(model);
    }
    catch (Exception exception)
    {
        actual = $"{exception.GetType().Name}: {exception.Message}";
    }

    Console.WriteLine($"{name} {actual}");
    string expected = golden.GetValueOrDefault(name, "not in golden.txt");
    if (actual != expected)
        differences.Add($"- {name} {expected}{Environment.NewLine}+ {name} {actual}");
}

foreach (string difference in differences)
    Console.WriteLine(difference);
Console.WriteLine($"{Networks.All.Count} networks on {Machine.InstructionSet}, {differences.Count} differ from the reference.");
return differences.Count == 0 ? 0 : 1;

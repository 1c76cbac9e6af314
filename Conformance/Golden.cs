namespace BitKernelGen.Conformance;

/// <summary>What every machine must print: a network and its fingerprint a line.</summary>
internal static class Golden
{
    public static Dictionary<string, string> Read()
    {
        using Stream stream = typeof(Golden).Assembly.GetManifestResourceStream("golden.txt")!;
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }

    public static Dictionary<string, string> Parse(string text) => text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split(' ', 2))
        .ToDictionary(parts => parts[0], parts => parts[1]);
}

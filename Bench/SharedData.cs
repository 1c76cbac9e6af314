namespace BitKernelGen.Bench;

/// <summary>The networks and data that are not part of the project.</summary>
internal static class SharedData
{
    /// <summary>The environment variable that names the folder above models/ and data/; the tests know it too.</summary>
    public const string Variable = "BITKERNELGEN_DATA";

    /// <summary>That folder, or null: the one that the variable names, else a folder "shared" beside one above.</summary>
    public static string? Find()
    {
        var folders = new List<string?> { Environment.GetEnvironmentVariable(Variable) };
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            folders.Add(Path.Combine(folder, "shared"));
        return folders.OfType<string>().FirstOrDefault(folder => Directory.Exists(Path.Combine(folder, "models")));
    }
}

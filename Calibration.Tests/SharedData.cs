namespace BitKernelGen.Calibration.Tests;

/// <summary>Finds data and models that are not part of the project; tests that need them skip where they are absent.</summary>
internal static class SharedData
{
    /// <summary>The path of, for example, "models/fashion_cnn.onnx"; skips the test if it is absent.</summary>
    public static string Require(string relative)
    {
        string? path = Find(relative);
        Skip.If(path is null, $"{relative} is absent: set BITKERNELGEN_DATA to the folder above data/ and models/");
        return path!;
    }

    /// <summary>The path, or null if it is absent.</summary>
    public static string? Find(string relative)
    {
        string path = Path.Combine(Root() ?? "", relative);
        return Path.IsPathRooted(path) && (File.Exists(path) || Directory.Exists(path)) ? path : null;
    }

    private static string? Root()
    {
        if (Environment.GetEnvironmentVariable("BITKERNELGEN_DATA") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "data")))
                return candidate;
        }

        return null;
    }
}

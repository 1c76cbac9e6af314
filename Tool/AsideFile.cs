namespace BitKernelGen.Tool;

/// <summary>A file that is written aside and then moved, so that what was there stays whole until the new one is.</summary>
internal static class AsideFile
{
    public static void Write(string path, string text)
    {
        string aside = $"{path}.{Guid.NewGuid():N}.tmp";
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        try
        {
            File.WriteAllText(aside, text);
            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}

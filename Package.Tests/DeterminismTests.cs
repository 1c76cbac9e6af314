using System.IO.Compression;
using System.Security.Cryptography;

namespace BitKernelGen.Package.Tests;

/// <summary>Packages are the same wherever they are built: it can be checked that one is made of these sources and nothing else.</summary>
public class DeterminismTests
{
    private static readonly string[] Projects = ["Runtime", "Generator", "Profile", "Calibration", "Tool"];

    [SkippableFact]
    public void TheFolderOfTheSourcesDoesNotMatter()
    {
        Skip.If(Environment.GetEnvironmentVariable("BITKERNELGEN_SLOW") is null, "set BITKERNELGEN_SLOW=1 to run it");
        string folder = Directory.CreateTempSubdirectory("bitkernelgen-determinism-").FullName;
        try
        {
            string[] first = Pack(Path.Combine(folder, "first")), second = Pack(Path.Combine(folder, "a", "longer path", "second"));

            Assert.Equal(first, second);
            Assert.Contains(first, line => line.Contains("BitKernelGen.Generator.dll", StringComparison.Ordinal));
            Assert.Contains(first, line => line.Contains("BitKernelGen.Tool.dll", StringComparison.Ordinal));
            Assert.Contains(first, line => line.Contains("BitKernelGen.Runtime.pdb", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Copies the sources, builds and packs them.</summary>
    /// <returns>For each file in each package, what it holds: the archive around them has times of its own.</returns>
    private static string[] Pack(string folder)
    {
        string sources = Path.Combine(folder, "sources"), feed = Path.Combine(folder, "feed");
        IEnumerable<string> files = Projects.SelectMany(project => Directory.EnumerateFiles(Path.Combine(Packages.Repository, project), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Packages.Repository))
            .Select(file => Path.GetRelativePath(Packages.Repository, file))
            .Where(file => file.Split(Path.DirectorySeparatorChar) is not ([".git"] or [_, "bin" or "obj", ..]));
        foreach (string file in files)
        {
            string copy = Path.Combine(sources, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(Packages.Repository, file), copy);
        }

        foreach (string project in (string[])["Runtime", "Tool"])
            DotNet.Run(DotNet.Path, sources, new Dictionary<string, string>(), "pack", "--nologo", "-c", "Release", "-o", feed, project);
        return [.. Directory.EnumerateFiles(feed).Order(StringComparer.Ordinal).SelectMany(Entries)];
    }

    private static IEnumerable<string> Entries(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        foreach (ZipArchiveEntry entry in archive.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            using Stream content = entry.Open();
            yield return $"{Path.GetFileName(package)} {entry.FullName} {Convert.ToHexStringLower(SHA256.HashData(content))}";
        }
    }
}

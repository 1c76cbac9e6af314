using System.Reflection;
using System.Runtime.CompilerServices;

namespace BitKernelGen.Package.Tests;

/// <summary>
/// Both packages, packed once from what was built, in a folder feed, under a version that no release will have. Consumers live beside
/// it, outside of the repository, with package folders of their own: nothing stale, nothing from elsewhere.
/// </summary>
public sealed class Packages : IDisposable
{
    /// <summary>The throwaway version.</summary>
    public const string Version = "999.0.0-test";

    /// <summary>The configuration that this test was built in.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernelgen-packages-").FullName;
    private readonly Dictionary<string, string> _environment;

    /// <summary>Packs.</summary>
    public Packages()
    {
        Feed = Path.Combine(_folder, "feed");
        _environment = new() { ["NUGET_PACKAGES"] = Path.Combine(_folder, "packages") };
        Pack("Runtime");
        Pack("Tool");
        foreach (string package in Metadata("Package"))
            File.Copy(package, Path.Combine(Feed, Path.GetFileName(package)));
        File.WriteAllText(
            Path.Combine(_folder, "nuget.config"),
            """
            <configuration>
              <packageSources>
                <clear />
                <add key="feed" value="feed" />
              </packageSources>
              <fallbackPackageFolders>
                <clear />
              </fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>The version of System.Numerics.Tensors in the feed.</summary>
    public static string TensorsVersion { get; } = Metadata("TensorsVersion").Single();

    /// <summary>The folder of the packages.</summary>
    public string Feed { get; }

    /// <summary>The repository.</summary>
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, ".."));

    /// <summary>An empty folder that sees the feed.</summary>
    public string CreateFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Runs <c>dotnet</c> in such a folder.</summary>
    /// <returns>Standard output.</returns>
    public string Run(string folder, params string[] arguments) => DotNet.Run(DotNet.Path, folder, _environment, arguments);

    /// <summary>Runs <c>dotnet</c> in such a folder; it may fail.</summary>
    public (int ExitCode, string Output, string Error) TryRun(string folder, params string[] arguments) =>
        DotNet.TryRun(DotNet.Path, folder, _environment, arguments);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Writes nothing where other tests read.
    private void Pack(string project) => DotNet.Run(
        DotNet.Path, Path.Combine(Repository, project), new Dictionary<string, string>(),
        "pack", "--nologo", "--no-build", "-c", Configuration, $"-p:PackageVersion={Version}", $"-p:PublishDir={_folder}/publish-{project}/", "-o", Feed);

    private static IEnumerable<string> Metadata(string key) =>
        typeof(Packages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Where(attribute => attribute.Key == key).Select(attribute => attribute.Value!);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>Tests that share the packages.</summary>
[CollectionDefinition(Name)]
public sealed class PackagesCollection : ICollectionFixture<Packages>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Packages";
}

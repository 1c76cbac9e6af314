using System.Reflection;
using PublicApiGenerator;

namespace BitKernelGen.Package.Tests;

/// <summary>
/// All that is public, in files that are read in review: what is added, changed or taken away is seen there. SNAPSHOT_ACCEPT=1 accepts.
/// </summary>
public class PublicApiTests
{
    [Fact]
    public void OfTheRuntime() => Verify("Runtime", typeof(IModel).Assembly);

    [Fact]
    public void OfAGeneratedClass() => Verify(
        "Sample.Models",
        Assembly.LoadFrom(Path.Combine(Packages.Repository, "Sample.Models", "bin", Packages.Configuration, "net10.0", "BitKernelGen.Sample.Models.dll")));

    private static void Verify(string project, Assembly assembly)
    {
        string path = Path.Combine(Packages.Repository, project, "PublicApi.txt");
        string actual = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("SNAPSHOT_ACCEPT") == "1")
            File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }
}

using System.IO.Compression;
using System.Xml.Linq;

namespace BitKernelGen.Package.Tests;

/// <summary>What is in the packages, and what is not.</summary>
[Collection(PackagesCollection.Name)]
public class ContentTests(Packages packages)
{
    [Fact]
    public void TheLibraryIsRuntimeGeneratorAndBuildFiles() => Assert.Equal(
        [
            "BitKernelGen.nuspec",
            "LICENSE",
            "README.md",
            "analyzers/dotnet/cs/BitKernelGen.Generator.dll",
            "build/BitKernelGen.props",
            "build/BitKernelGen.targets",
            "buildTransitive/BitKernelGen.props",
            "buildTransitive/BitKernelGen.targets",
            "lib/net10.0/BitKernelGen.Runtime.dll",
            "lib/net10.0/BitKernelGen.Runtime.xml",
        ],
        Entries("BitKernelGen", "nupkg"));

    [Fact]
    public void ItsSymbolsAreBesideIt() =>
        Assert.Equal(["BitKernelGen.nuspec", "lib/net10.0/BitKernelGen.Runtime.pdb"], Entries("BitKernelGen", "snupkg"));

    [Fact]
    public void ItDependsOnNothing() => Assert.DoesNotContain(Nuspec("BitKernelGen").Descendants(), element => element.Name.LocalName == "dependency");

    [Theory]
    [InlineData("BitKernelGen")]
    [InlineData("BitKernelGen.Tool")]
    public void ReadmeAndLicenceAreNamed(string id)
    {
        XElement[] elements = [.. Nuspec(id).Descendants()];
        string Value(string name) => elements.Single(element => element.Name.LocalName == name).Value;

        Assert.Equal("README.md", Value("readme"));
        Assert.Equal("MIT", Value("license"));
        Assert.NotEmpty(Value("description"));
        Assert.Contains("README.md", Entries(id, "nupkg"));
        Assert.Contains("LICENSE", Entries(id, "nupkg"));
    }

    [Fact]
    public void TheToolIsTheCommandBitkernel()
    {
        using ZipArchive package = Open("BitKernelGen.Tool", "nupkg");
        using Stream settings = package.GetEntry("tools/net10.0/any/DotnetToolSettings.xml")!.Open();
        XElement command = Assert.Single(XDocument.Load(settings).Descendants("Command"));

        Assert.Equal("bitkernel", (string?)command.Attribute("Name"));
        Assert.Equal("BitKernelGen.Tool.dll", (string?)command.Attribute("EntryPoint"));
    }

    private XDocument Nuspec(string id)
    {
        using ZipArchive package = Open(id, "nupkg");
        using Stream nuspec = package.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(nuspec);
    }

    /// <summary>Files but for the wrapping that every package has.</summary>
    private string[] Entries(string id, string extension)
    {
        using ZipArchive package = Open(id, extension);
        return
        [
            .. package.Entries.Select(entry => entry.FullName)
                .Where(name => name != "[Content_Types].xml" && !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }

    private ZipArchive Open(string id, string extension) => ZipFile.OpenRead(Path.Combine(packages.Feed, $"{id}.{Packages.Version}.{extension}"));
}

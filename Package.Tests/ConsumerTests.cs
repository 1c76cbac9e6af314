namespace BitKernelGen.Package.Tests;

/// <summary>
/// Two projects of somebody else's with one package between them, as strict as a project can be: a library with models, and a program
/// that refers to the library alone.
/// </summary>
[Collection(PackagesCollection.Name)]
public class ConsumerTests(Packages packages)
{
    [Fact]
    public void ModelsOfALibraryAndOfAProgramThatUsesIt()
    {
        TinyModel first = new("Tiny", 0.01f), second = new("Tiny", 0.02f), own = new("Own", 0.03f);
        string folder = packages.CreateFolder("projects");

        // Two profiles of one base name: the folders tell their files and weights apart, the metadata their classes.
        first.Write(Path.Combine(folder, "Library", "A", "Tiny"));
        second.Write(Path.Combine(folder, "Library", "B", "Tiny"));
        File.WriteAllText(
            Path.Combine(folder, "Library", "Library.csproj"),
            Project(
                "",
                $"""
                <PackageReference Include="BitKernelGen" Version="{Packages.Version}" />
                <BitProfile Update="B/Tiny.bitprofile" Namespace="Acme.Second" />
                """));

        // Defaults switched off: a profile lies about that would not even parse.
        own.Write(Path.Combine(folder, "Program", "Elsewhere", "Own"));
        File.WriteAllText(Path.Combine(folder, "Program", "Broken.bitprofile"), "no profile");
        File.WriteAllText(
            Path.Combine(folder, "Program", "Program.csproj"),
            Project(
                "<OutputType>Exe</OutputType><EnableDefaultBitProfileItems>false</EnableDefaultBitProfileItems>",
                """
                <ProjectReference Include="../Library/Library.csproj" />
                <BitProfile Include="Elsewhere/Own.bitprofile" />
                """));
        File.WriteAllText(
            Path.Combine(folder, "Program", "Program.cs"),
            TinyModel.Print("Acme.Tiny") + TinyModel.Print("Acme.Second.Tiny") + TinyModel.Print("Acme.Own"));

        string output = packages.Run(Path.Combine(folder, "Program"), "run");

        Assert.Equal(
            [first.Expected("Acme.Tiny"), second.Expected("Acme.Second.Tiny"), own.Expected("Acme.Own")],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    /// <summary>Every analyzer and every documentation warning is an error, and nothing is suppressed.</summary>
    private static string Project(string properties, string items) =>
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <RootNamespace>Acme</RootNamespace>
            <Nullable>enable</Nullable>
            <AnalysisLevel>latest-all</AnalysisLevel>
            <AnalysisMode>All</AnalysisMode>
            <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            {properties}
          </PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
        </Project>
        """;
}

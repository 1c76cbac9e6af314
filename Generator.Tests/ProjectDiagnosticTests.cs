using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ProfileText = BitKernelGen.Generator.Tests.ProfileDriver.ProfileText;

namespace BitKernelGen.Generator.Tests;

/// <summary>Diagnostics as the build prints them: the profile's, at its place, and those about the project.</summary>
public class ProjectDiagnosticTests
{
    private static readonly string Good = ProfileDriver.Profile(
        """
        [[layer]]
        name = "pool"
        op = "globalavgpool"
        input = ["input"]
        """,
        "pool");

    [Theory]
    [InlineData("op = \"globalavgpool\"", "op = \"globalavgpol\"", "BKG006", 14, 6)]
    [InlineData("shape = [8, 8, 4]", "shape = [8, 0, 4]", "BKG004", 9, 13)]
    [InlineData("bits = 8", "bits = 9", "BKG004", 10, 17)]
    [InlineData("from = \"pool\"", "from = \"pol\"", "BKG007", 18, 8)]
    [InlineData("input = [\"input\"]", "inputs = [\"input\"]", "BKG002", 15, 1)]
    [InlineData("bitprofile/1", "bitprofile/2", "BKG005", 1, 10)]
    public void AProfileErrorIsAtItsPlace(string right, string wrong, string id, int line, int column)
    {
        GeneratorDriverRunResult run = ProfileDriver.Run(Good.Replace(right, wrong), "Models/Tiny.bitprofile").GetRunResult();

        Diagnostic diagnostic = run.Diagnostics.First(diagnostic => diagnostic.Id == id);
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.StartsWith($"Models/Tiny.bitprofile({line},{column}): error {id}: ", diagnostic.ToString());
        Assert.Empty(run.GeneratedTrees);
    }

    [Fact]
    public void TwoProfilesOfOneClassAreRefused()
    {
        GeneratorDriverRunResult run = ProfileDriver.Create(new ProfileText("a/M.bitprofile", Good), new ProfileText("b/M.bitprofile", Good))
            .RunGenerators(ProfileDriver.Project).GetRunResult();

        Diagnostic diagnostic = Assert.Single(run.Diagnostics);
        Assert.Equal("BKG030", diagnostic.Id);
        Assert.Contains("Acme.Tiny", diagnostic.GetMessage());
        Assert.All(run.Results[0].GeneratedSources, source => Assert.StartsWith("a/M", source.HintName));
    }

    [Theory]
    [InlineData("my-app", "my_app")]
    [InlineData("3d.event", "_3d.@event")]
    public void AProjectOfAnyNameCompiles(string rootNamespace, string expected)
    {
        ProfileDriver.Create(new Dictionary<string, string> { ["RootNamespace"] = rootNamespace }, new ProfileText("M.bitprofile", Good))
            .RunGeneratorsAndUpdateCompilation(ProfileDriver.Project, out Compilation project, out _);

        Assert.Empty(project.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.NotNull(project.GetTypeByMetadataName($"{expected.Replace("@", "")}.Tiny"));
    }

    [Fact]
    public void AProjectWithoutUnsafeCodeIsTold()
    {
        CSharpCompilation project = ProfileDriver.Project.WithOptions(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Diagnostic diagnostic = Assert.Single(
            ProfileDriver.Create(new ProfileText("M.bitprofile", Good)).RunGenerators(project).GetRunResult().Diagnostics);

        Assert.Equal("BKG031", diagnostic.Id);
    }

    [Theory]
    [InlineData("linux-x64", "", true)]
    [InlineData("", "", true)]
    [InlineData("linux-x64", "x86-64-v3", false)]
    [InlineData("linux-x64", "x86-64-v2", false)]
    [InlineData("linux-arm64", "", false)]
    public void NativeCodeForTheBaselineIsRemarkedOn(string target, string instructionSet, bool isRemarkedOn)
    {
        Dictionary<string, string> properties = new()
        {
            ["PublishAot"] = "true",
            ["RuntimeIdentifier"] = target,
            ["NETCoreSdkRuntimeIdentifier"] = "linux-x64",
            ["IlcInstructionSet"] = instructionSet,
        };
        GeneratorDriverRunResult run = ProfileDriver.Create(properties, new ProfileText("Models/Tiny.bitprofile", Good)).RunGenerators(ProfileDriver.Project).GetRunResult();

        Assert.Equal(isRemarkedOn ? ["BKG032"] : [], run.Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.All(run.Diagnostics, diagnostic => Assert.StartsWith("Models/Tiny.bitprofile(1,1): warning BKG032: ", diagnostic.ToString()));
        Assert.NotEmpty(run.GeneratedTrees);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void WeightsThatAreNotThereAreRemarkedOn(string embeds, bool isRemarkedOn)
    {
        Dictionary<string, string> properties = new() { ["EmbedBitKernelWeights"] = embeds };
        GeneratorDriverRunResult run = ProfileDriver.Create(properties, new ProfileText("Models/Other.bitprofile", Good) { HasWeights = false })
            .RunGenerators(ProfileDriver.Project).GetRunResult();

        Assert.Equal(isRemarkedOn ? ["BKG035"] : [], run.Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.All(run.Diagnostics, diagnostic => Assert.StartsWith("Models/Other.bitprofile(1,1): info BKG035: 'Other.safetensors' is not beside the profile", diagnostic.ToString()));
        Assert.NotEmpty(run.GeneratedTrees);
    }

    [Fact]
    public void UnderTheJitThereIsNothingToRemark()
    {
        Dictionary<string, string> properties = new() { ["PublishAot"] = "false", ["RuntimeIdentifier"] = "linux-x64" };

        Assert.Empty(ProfileDriver.Create(properties, new ProfileText("M.bitprofile", Good)).RunGenerators(ProfileDriver.Project).GetRunResult().Diagnostics);
    }
}

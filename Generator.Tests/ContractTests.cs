using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ProfileText = BitKernelGen.Generator.Tests.ProfileDriver.ProfileText;

namespace BitKernelGen.Generator.Tests;

/// <summary>A runtime that is older or newer than generated code is an error of the build that brings them together.</summary>
public class ContractTests
{
    private static readonly ProfileText Profile = new("Models/Tiny.bitprofile", ProfileDriver.Profile(
        """
        [[layer]]
        name = "pool"
        op = "globalavgpool"
        input = ["input"]
        """,
        "pool"));

    [Theory]
    [InlineData("", "has contract 0", "update the runtime")]
    [InlineData("namespace BitKernelGen { public static class Contract { public const int Version = 0; } }", "has contract 0", "update the runtime")]
    [InlineData("namespace BitKernelGen { public static class Contract { public const int Version = 99; } }", "has contract 99", "update the generator")]
    public void ARuntimeOfAnotherContractIsAnError(string runtime, params string[] message)
    {
        GeneratorDriverRunResult run = ProfileDriver.Create(Profile).RunGenerators(ProjectWith(Library("BitKernelGen.Runtime", runtime))).GetRunResult();

        Diagnostic diagnostic = Assert.Single(run.Diagnostics);
        Assert.StartsWith("Models/Tiny.bitprofile(1,1): error BKG033: ", diagnostic.ToString());
        Assert.All(message, part => Assert.Contains(part, diagnostic.GetMessage()));
        Assert.Empty(run.GeneratedTrees);
    }

    [Fact]
    public void NoRuntimeIsAnErrorToo()
    {
        Diagnostic diagnostic = Assert.Single(ProfileDriver.Create(Profile).RunGenerators(ProjectWith()).GetRunResult().Diagnostics);

        Assert.Equal("BKG033", diagnostic.Id);
        Assert.Contains("add the package BitKernelGen", diagnostic.GetMessage());
    }

    [Fact]
    public void AProjectWithoutModelsNeedsNoRuntime() => Assert.Empty(ProfileDriver.Create().RunGenerators(ProjectWith()).GetRunResult().Diagnostics);

    [Theory]
    [InlineData(Contract.Version, false)]
    [InlineData(Contract.Version + 1, true)]
    [InlineData(Contract.Version - 1, true)]
    public void AModelInALibraryMustFitTheRuntime(int contract, bool isRefused)
    {
        MetadataReference library = Library(
            "Acme.Library", $"[assembly: BitKernelGen.GeneratedModel(\"Acme.Tiny\", {contract})]", [.. CompiledModels.References()]);
        GeneratorDriverRunResult run = ProfileDriver.Create().RunGenerators(ProfileDriver.Project.AddReferences(library)).GetRunResult();

        Assert.Equal(isRefused ? ["BKG034"] : [], run.Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.All(run.Diagnostics, diagnostic => Assert.Contains($"'Acme.Tiny' in Acme.Library was generated for contract {contract}", diagnostic.GetMessage()));
    }

    [Fact]
    public void GeneratedAssembliesSayWhatTheyWereGeneratedFor()
    {
        ProfileDriver.Create(Profile).RunGeneratorsAndUpdateCompilation(ProfileDriver.Project, out Compilation compilation, out _);

        AttributeData attribute = Assert.Single(compilation.Assembly.GetAttributes(), attribute => attribute.AttributeClass!.Name == nameof(GeneratedModelAttribute));
        Assert.Equal(["Acme.Tiny", Contract.Version], attribute.ConstructorArguments.Select(argument => argument.Value));
    }

    private static CSharpCompilation ProjectWith(params MetadataReference[] runtime) => ProfileDriver.Project.WithReferences(
        [.. CompiledModels.References().Where(reference => reference.Display != typeof(IModel).Assembly.Location), .. runtime]);

    private static MetadataReference Library(string name, string source, params MetadataReference[] references)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(source)],
            references.Length > 0 ? references : ProjectWith().References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        Assert.True(compilation.Emit(assembly).Success);
        return MetadataReference.CreateFromImage(assembly.ToArray());
    }
}

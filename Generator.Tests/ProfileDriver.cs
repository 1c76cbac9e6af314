extern alias generator;

using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using BitProfileGenerator = generator::BitKernelGen.Generator.BitProfileGenerator;

namespace BitKernelGen.Generator.Tests;

/// <summary>The generator driven as the compiler drives it: profiles as additional files, with the metadata that the build files set.</summary>
internal static class ProfileDriver
{
    /// <summary>A project without sources that refers to the runtime and allows unsafe code.</summary>
    public static CSharpCompilation Project { get; } = CSharpCompilation.Create(
        "Project", references: CompiledModels.References(), options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));

    /// <summary>A driver over profiles, steps tracked; nothing has run yet.</summary>
    public static GeneratorDriver Create(params ProfileText[] profiles) => Create([], isParallel: false, profiles);

    /// <summary>A driver over profiles in a project with properties beside the root namespace.</summary>
    public static GeneratorDriver Create(Dictionary<string, string> properties, params ProfileText[] profiles) =>
        Create(properties, isParallel: false, profiles);

    /// <summary>A driver over profiles whose items may say <c>Parallel="true"</c>.</summary>
    public static GeneratorDriver Create(bool isParallel, params ProfileText[] profiles) => Create([], isParallel, profiles);

    private static GeneratorDriver Create(Dictionary<string, string> properties, bool isParallel, ProfileText[] profiles) => CSharpGeneratorDriver.Create(
        [new BitProfileGenerator().AsSourceGenerator()],
        profiles,
        optionsProvider: new Options(properties, isParallel),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Runs the generator once over one profile.</summary>
    public static GeneratorDriver Run(string profile, string path = "Tiny.bitprofile", bool isParallel = false) =>
        Create(isParallel, new ProfileText(path, profile)).RunGenerators(Project);

    /// <summary>A profile around layers: an 8x8x4 input, and the last layer's output.</summary>
    public static string Profile(string layers, string output, string input = "shape = [8, 8, 4]\ncode = { bits = 8, step = 0.02 }") =>
        $"""
        format = "bitprofile/1"
        name = "Tiny"

        [weights]
        file = "Tiny.safetensors"
        sha256 = "{new string('0', 64)}"

        [input]
        {input}

        {layers}

        [output]
        from = "{output}"

        """.Replace("\r\n", "\n");

    /// <summary>A profile as an additional file.</summary>
    internal sealed class ProfileText(string path, string text) : AdditionalText
    {
        public override string Path => path;

        /// <summary>Whether its weights are beside it.</summary>
        public bool HasWeights { get; init; } = true;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text, Encoding.UTF8);
    }

    private sealed class Options(Dictionary<string, string> properties, bool isParallel) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(
            ImmutableDictionary<string, string>.Empty
                .Add("build_property.RootNamespace", "Acme")
                .SetItems(properties.Select(property => KeyValuePair.Create($"build_property.{property.Key}", property.Value))));

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values(ImmutableDictionary<string, string>.Empty);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Values(
            ImmutableDictionary<string, string>.Empty
                .Add("build_metadata.AdditionalFiles.SourceItemType", "BitProfile")
                .Add("build_metadata.AdditionalFiles.BitKernelPath", textFile.Path)
                .Add("build_metadata.AdditionalFiles.BitKernelParallel", isParallel ? "true" : "")
                .Add("build_metadata.AdditionalFiles.BitKernelResource", textFile is ProfileText { HasWeights: false } ? "" : "BitKernelGen/" + System.IO.Path.ChangeExtension(textFile.Path, ".safetensors")));
    }

    private sealed class Values(ImmutableDictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
            values.TryGetValue(key, out value);
    }
}

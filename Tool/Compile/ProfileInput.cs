using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace BitKernelGen.Tool.Compile;

/// <summary>A profile as the compiler would hand it to the generator.</summary>
internal sealed class ProfileText(string path, string text) : AdditionalText
{
    public override string Path => path;

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text, Encoding.UTF8);
}

/// <summary>What the build files tell the generator about a profile.</summary>
internal sealed class ProfileOptions(string path, string rootNamespace, bool isParallel) : AnalyzerConfigOptionsProvider
{
    public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(new()
    {
        ["build_property.RootNamespace"] = rootNamespace,
    });

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => Options.None;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Options(new()
    {
        ["build_metadata.AdditionalFiles.SourceItemType"] = "BitProfile",
        ["build_metadata.AdditionalFiles.BitKernelPath"] = Path.GetFileName(path),
        ["build_metadata.AdditionalFiles.BitKernelParallel"] = isParallel ? "true" : "",
    });

    private sealed class Options(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public static Options None { get; } = new([]);

        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}

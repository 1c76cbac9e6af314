using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BitKernelGen.Generator;

/// <summary>A profile as the build hands it over.</summary>
/// <param name="Path">Its path, for diagnostics.</param>
/// <param name="Text">Its text.</param>
/// <param name="Namespace">The namespace of the class.</param>
/// <param name="HintName">The start of the generated files' names: unlike any other profile's, also of the same base name.</param>
/// <param name="Resource">The manifest resource that holds the weights, or empty.</param>
/// <param name="LacksWeights">Whether there is none although the project embeds weights.</param>
/// <param name="IsParallel">Whether a run can be shared by several threads.</param>
internal sealed record ProfileFile(string Path, string Text, string Namespace, string HintName, string Resource, bool LacksWeights, bool IsParallel)
{
    private const string Metadata = "build_metadata.AdditionalFiles.";

    /// <summary>The profile, or null for any other additional file.</summary>
    public static ProfileFile? Of(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellation)
    {
        AnalyzerConfigOptions own = options.GetOptions(file);
        string Get(string name) => own.TryGetValue(Metadata + name, out string? value) ? value : "";
        if (Get("SourceItemType") != "BitProfile" || file.GetText(cancellation) is not { } text)
            return null;

        string modelNamespace = Get("BitKernelNamespace");
        if (modelNamespace.Length == 0 && options.GlobalOptions.TryGetValue("build_property.RootNamespace", out string? root))
            modelNamespace = root;
        modelNamespace = NamespaceOf(modelNamespace);
        string path = Get("BitKernelPath") is { Length: > 0 } relative ? relative : System.IO.Path.GetFileName(file.Path);
        string resource = Get("BitKernelResource");
        bool embeds = options.GlobalOptions.TryGetValue("build_property.EmbedBitKernelWeights", out string? embed) && IsTrue(embed);
        return new ProfileFile(file.Path, text.ToString(), modelNamespace, Hint(path), resource, embeds && resource.Length == 0, IsTrue(Get("BitKernelParallel")));
    }

    private static bool IsTrue(string value) => value.Equals("true", System.StringComparison.OrdinalIgnoreCase);

    /// <summary>What a namespace can't have, as a project's name may, becomes an underscore; keywords are escaped.</summary>
    private static string NamespaceOf(string name) => string.Join(".", name.Split('.').Select(part =>
    {
        string valid = new([.. part.Select(c => SyntaxFacts.IsIdentifierPartCharacter(c) ? c : '_')]);
        if (valid.Length > 0 && !SyntaxFacts.IsIdentifierStartCharacter(valid[0]))
            valid = "_" + valid;
        return SyntaxFacts.GetKeywordKind(valid) == SyntaxKind.None ? valid : "@" + valid;
    }));

    /// <summary>
    /// The path with slashes, less its extension. What may not stand in such a name, or would look like the dot before the name of a
    /// part, becomes an underscore; a hash then keeps it apart from paths that differ there alone.
    /// </summary>
    private static string Hint(string path)
    {
        string name = System.IO.Path.ChangeExtension(path, null).Replace('\\', '/').Trim('/');
        string plain = new([.. name.Select(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '/' ? c : '_')]);
        return plain == name ? name : $"{plain}-{Hash(name)}";
    }

    /// <summary>Tells names apart that are like each other.</summary>
    public static string Hash(string name) => name.Aggregate(2166136261, (hash, c) => (hash ^ c) * 16777619).ToString("x8");
}

using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles.Binding;

/// <summary>Finds where a key of the profile stands in its text.</summary>
internal sealed class KeyLocator(TomlTable root)
{
    private const int InputTable = -1;
    private const int OutputTable = -2;

    /// <summary>The deepest of the key's parts that is written; else the name of what it belongs to.</summary>
    public SourceSpan Find(ResolutionIssue issue)
    {
        TomlTable owner = Owner(issue.Layer);
        TomlValue found = owner;
        foreach (string part in issue.Key.Split('.'))
        {
            if ((found as TomlTable)?.Find(part)?.Value is not { } value)
                break;
            found = value;
        }

        if (ReferenceEquals(found, owner))
            return owner.Find("name")?.Value.Span ?? owner.Span;
        return found is TomlArray array && issue.Element >= 0 && issue.Element < array.Items.Count
            ? array.Items[issue.Element].Span
            : found.Span;
    }

    private TomlTable Owner(int layer)
    {
        TomlValue? owner = layer switch
        {
            InputTable => root.Find("input")?.Value,
            OutputTable => root.Find("output")?.Value,
            >= 0 when root.Find("layer")?.Value is TomlArray layers && layer < layers.Items.Count => layers.Items[layer],
            _ => root,
        };
        return owner as TomlTable ?? root;
    }
}

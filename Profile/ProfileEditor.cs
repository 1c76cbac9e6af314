using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles.Binding;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles;

/// <summary>Changes a profile's text where it must and nowhere else: comments, spacing and the order of keys stay.</summary>
public static class ProfileEditor
{
    private const string Key = "kernel-strategy";

    /// <summary>Pins layers to strategies.</summary>
    /// <param name="text">A profile without errors.</param>
    /// <param name="strategies">By layer; "auto" unpins. What is not a layer's name is ignored.</param>
    /// <returns>The new text.</returns>
    /// <exception cref="ArgumentException">The text has errors, or a layer can't have its strategy.</exception>
    public static string Pin(string text, IReadOnlyDictionary<string, string> strategies)
    {
        var edits = new List<(SourceSpan Span, string Text)>();
        if (TomlParser.Parse(text).Root.Find("layer")?.Value is TomlArray layers)
        {
            foreach (TomlTable layer in layers.Items.OfType<TomlTable>())
            {
                if (layer.Find("name")?.Value is TomlString name && strategies.TryGetValue(name.Value, out string strategy))
                    edits.AddRange(Edits(text, layer, strategy));
            }
        }

        string edited = text;
        foreach ((SourceSpan span, string replacement) in edits.OrderByDescending(edit => edit.Span.Start))
            edited = edited.Substring(0, span.Start) + replacement + edited.Substring(span.Start + span.Length);
        return ProfileReader.Read(edited).Network is not null
            ? edited
            : throw new ArgumentException("The profile has errors, or would have with these strategies.", nameof(strategies));
    }

    private static IEnumerable<(SourceSpan Span, string Text)> Edits(string text, TomlTable layer, string strategy)
    {
        TomlEntry? found = layer.Find(Key);
        if (found is not null)
            return [(found.Value.Span, TomlText.Of(strategy))];
        if (strategy == Words.Strategies[0])
            return [];
        SourceSpan last = layer.Entries[layer.Entries.Count - 1].Value.Span;
        int end = last.Start + last.Length;
        string pair = $"{Key} = {TomlText.Of(strategy)}";

        // An inline table stands around its entries; one with a header before them.
        if (layer.Span.Start + layer.Span.Length >= end)
            return [(new SourceSpan(end, 0), $", {pair}")];
        int line = text.IndexOf('\n', end);
        if (line < 0)
            return [(new SourceSpan(text.Length, 0), $"\n{pair}")];
        string newLine = line > 0 && text[line - 1] == '\r' ? "\r\n" : "\n";
        return [(new SourceSpan(line + 1, 0), pair + newLine)];
    }
}

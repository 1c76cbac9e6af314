using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles.Binding;

/// <summary>A syntax tree as a profile.</summary>
internal sealed class ProfileBinder(TomlDocument document, string text, Reports reports)
{
    private const string FormatName = "bitprofile/";
    private const int MaxExtent = 65536;

    /// <summary>The profile; of no use where there is any error.</summary>
    public BitProfile Bind()
    {
        var profile = new TableBinder(document.Root, "the profile", "", Words.Profile, reports);
        Format(profile);
        return new BitProfile
        {
            Name = profile.String("name", Rules.IsClassName, "a C# identifier of ASCII letters, digits and '_', no keyword and no member of the class"),
            Prefer = (Preference)Words.Preferences.ToList().IndexOf(profile.Word("prefer", "preference", Words.Preferences)),
            Weights = profile.Section("weights", Words.Weights) is { } weights ? Weights(weights) : new WeightsReference("", ""),
            Input = profile.Section("input", Words.Input) is { } input ? Input(input) : new InputSpec { Shape = default, Code = NoCode },
            Layers = Layers(profile),
            Output = profile.Section("output", Words.Output) is { } output ? Output(output) : new OutputSpec("", default),
            Provenance = profile.Has("provenance") ? Provenance(profile) : default,
        };
    }

    /// <summary>Whether the profile says that it is of a version after ours: then nothing else in it is ours to judge.</summary>
    public static bool IsNewer(TomlDocument document) =>
        document.Root.Find("format")?.Value is TomlString format && Version(format.Value) > 1;

    public static string NewerMessage(TomlDocument document) =>
        $"{Quoted.Of(((TomlString)document.Root.Find("format")!.Value).Value)} is a newer format than this version reads, '{BitProfile.Format}': update BitKernelGen.";

    private static CodeSpec NoCode => new() { Bits = 1, Step = 1 };

    private static int Version(string format) =>
        format.StartsWith(FormatName, System.StringComparison.Ordinal)
            && int.TryParse(format.Substring(FormatName.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : 0;

    private void Format(TableBinder profile)
    {
        TomlValue? value = profile.Need("format");
        if (value is not null and not TomlString)
            profile.WrongKind(value, "'format' must be a string");
        else if (value is TomlString format && format.Value != BitProfile.Format)
            reports.Error(Ids.UnsupportedFormat, $"Unknown format {Quoted.Of(format.Value)}: this version reads '{BitProfile.Format}'.", value.Span);
    }

    private static WeightsReference Weights(TableBinder weights) => new(
        weights.String("file", Rules.IsFileName, "a file's name without a folder"),
        weights.String("sha256", Rules.IsSha256, "64 lower-case hexadecimal digits"));

    private static InputSpec Input(TableBinder input)
    {
        bool isNormalised = input.Has("mean") || input.Has("std");
        return new InputSpec
        {
            Shape = input.Integers("shape", 1, 3, 1, MaxExtent),
            Mean = isNormalised ? input.Numbers("mean", null, Rules.IsFinite, "a finite number") : default,
            Std = isNormalised ? input.Numbers("std", null, Rules.IsPositive, "a number above 0") : default,
            Scale = input.Has("scale") ? input.Number("scale", Rules.IsPositive, "a number above 0") : 1.0 / 255,
            Code = input.Need("code") is null ? NoCode : CodeBinder.Bind(input, "code"),
            Gain = input.Has("gain") ? input.Numbers("gain", null, Rules.IsPositive, "a number above 0") : default,
            Zeros = input.Has("zeros") ? input.Integers("zeros", 1, MaxExtent, 0, byte.MaxValue) : default,
        };
    }

    private EquatableArray<LayerSpec> Layers(TableBinder profile)
    {
        TomlValue? value = profile.Need("layer");
        if (value is TomlTable or TomlArray { Items.Count: 0 })
            profile.Wrong(value, "'layer' must be a list of tables, one [[layer]] for each.");
        else if (value is not null and not TomlArray)
            profile.WrongKind(value, "'layer' must be a list of tables, one [[layer]] for each");

        var layers = new List<LayerSpec>();
        foreach (TomlValue item in (value as TomlArray)?.Items ?? [])
        {
            if (item is TomlTable table)
                layers.Add(LayerBinder.Bind(new TableBinder(table, Title(table), "", Words.Layer, reports)));
            else
                profile.WrongKind(item, "A layer must be a table");
        }

        return new EquatableArray<LayerSpec>(layers);
    }

    private static string Title(TomlTable layer) =>
        layer.Find("name")?.Value is TomlString name ? $"layer {Quoted.Of(name.Value)}" : "the layer";

    private static OutputSpec Output(TableBinder output) =>
        new(output.String("from"), output.Has("labels") ? output.Strings("labels", 0) : default);

    private EquatableArray<ProvenanceEntry> Provenance(TableBinder profile)
    {
        TomlValue value = profile.Find("provenance")!;
        if (value is not TomlTable table)
        {
            profile.WrongKind(value, "'provenance' must be a table");
            return default;
        }

        foreach (TomlEntry entry in table.Entries.Where(entry => !TomlText.IsBareKey(entry.Key)))
            reports.Error(Ids.WrongValue, $"The key {Quoted.Of(entry.Key)} must be of letters, digits, '_' and '-'.", entry.KeySpan);
        return new EquatableArray<ProvenanceEntry>(table.Entries.Select(entry =>
            new ProvenanceEntry(entry.Key, text.Substring(entry.Value.Span.Start, entry.Value.Span.Length).Replace("\r\n", "\n"))));
    }
}

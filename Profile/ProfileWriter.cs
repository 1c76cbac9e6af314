using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using BitKernelGen.Profiles.Binding;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles;

/// <summary>Writes a <c>.bitprofile</c>: what the reader reads as the same profile, without keys that have their default value.</summary>
public sealed class ProfileWriter
{
    private const double DefaultScale = 1.0 / 255;

    private readonly StringBuilder _text = new();

    private ProfileWriter()
    {
    }

    /// <summary>The text of a profile; its lines end with a line feed.</summary>
    /// <exception cref="ArgumentException">An entry of the provenance is not TOML, or a string is not Unicode text.</exception>
    public static string Write(BitProfile profile)
    {
        var writer = new ProfileWriter();
        writer.Pair("format", TomlText.Of(BitProfile.Format));
        writer.Pair("name", TomlText.Of(profile.Name));
        if (profile.Prefer != Preference.Speed)
            writer.Pair("prefer", TomlText.Of(Words.Preferences[(int)profile.Prefer]));
        writer.Weights(profile.Weights);
        writer.Input(profile.Input);
        foreach (LayerSpec layer in profile.Layers)
            writer.Layer(layer);
        writer.Output(profile.Output);
        writer.Provenance(profile.Provenance);
        return writer._text.ToString();
    }

    private void Weights(WeightsReference weights)
    {
        Header("[weights]");
        Pair("file", TomlText.Of(weights.File));
        Pair("sha256", TomlText.Of(weights.Sha256));
    }

    private void Input(InputSpec input)
    {
        Header("[input]");
        Pair("shape", TomlText.Of(input.Shape));
        if (input.Mean.Count > 0)
            Pair("mean", TomlText.Of(input.Mean));
        if (input.Std.Count > 0)
            Pair("std", TomlText.Of(input.Std));
        if (!input.Scale.Equals(DefaultScale))
            Pair("scale", TomlText.Of(input.Scale));
        Pair("code", Code(input.Code));
        if (input.Gain.Count > 0)
            Pair("gain", TomlText.Of(input.Gain));
        if (input.Zeros.Count > 0)
            Pair("zeros", TomlText.Of(input.Zeros));
    }

    private void Layer(LayerSpec layer)
    {
        Header("[[layer]]");
        Pair("name", TomlText.Of(layer.Name));
        Pair("op", TomlText.Of(Words.Ops[(int)layer.Op]));
        Pair("input", TomlText.Of(layer.Inputs));
        List("kernel", layer.Kernel, default);
        List("stride", layer.Stride, OpKeys.DefaultStride(layer.Op));
        if (layer.Dilation.Count > 0)
            List("dilation", layer.Dilation, OpKeys.DefaultDilation(layer.Op));
        List("pad", layer.Pad, OpKeys.DefaultPad(layer.Op));
        if (layer.CountIncludePad)
            Pair("count-include-pad", TomlText.Of(true));
        if (layer.Channels != 0)
            Pair("channels", TomlText.Of(layer.Channels));
        if (layer.Groups != 0 && layer.Groups != OpKeys.DefaultGroups(layer.Op))
            Pair("groups", TomlText.Of(layer.Groups));
        List("pad-channels", layer.PadChannels, default);
        if (layer.Weight is { } weight)
            Pair("weight", Table(("bits", TomlText.Of(weight.Bits))));
        if (layer.Activation != Activation.None)
            Pair("activation", TomlText.Of(Words.Activations[(int)layer.Activation]));
        if (layer.Slope != 0 || layer.Activation == Activation.LeakyRelu)
            Pair("slope", TomlText.Of(layer.Slope));
        if (layer.Limits.Count > 0)
            Pair("limits", TomlText.Of(layer.Limits));
        if (layer.Code is { } code)
            Pair("code", Code(code));
        if (layer.Skip is { } skip)
            Pair("skip", Code(skip));
        if (layer.Bounds is { } bounds)
            Pair("bounds", Bounds(bounds));
        if (layer.KernelStrategy != Words.Strategies[0])
            Pair("kernel-strategy", TomlText.Of(layer.KernelStrategy));
    }

    private void Output(OutputSpec output)
    {
        Header("[output]");
        Pair("from", TomlText.Of(output.From));
        if (output.Labels.Count > 0)
            Pair("labels", TomlText.Of(output.Labels));
    }

    private void Provenance(EquatableArray<ProvenanceEntry> entries)
    {
        if (entries.Count == 0)
            return;
        Header("[provenance]");
        foreach (ProvenanceEntry entry in entries)
        {
            if (!TomlText.IsBareKey(entry.Key) || !TomlText.IsValue(entry.Value))
                throw new ArgumentException($"The provenance '{entry.Key}' = '{entry.Value}' is not a bare key and a TOML value.");
            Pair(entry.Key, entry.Value.Replace("\r\n", "\n"));
        }
    }

    private void Header(string header) => _text.Append('\n').Append(header).Append('\n');

    private void Pair(string key, string value) => _text.Append(key).Append(" = ").Append(value).Append('\n');

    private void List(string key, EquatableArray<int> values, EquatableArray<int> omitted)
    {
        if (values != omitted)
            Pair(key, TomlText.Of(values));
    }

    private static string Code(CodeSpec code)
    {
        var pairs = new List<(string Key, string Value)> { ("bits", TomlText.Of(code.Bits)), ("step", TomlText.Of(code.Step)) };
        if (code.Zero != 0)
            pairs.Add(("zero", TomlText.Of(code.Zero)));
        if (code.Coefficients.Count > 0)
            pairs.Add(("coefficients", TomlText.Of(code.Coefficients)));
        if (code.Planes)
            pairs.Add(("planes", TomlText.Of(code.Planes)));
        return Table([.. pairs]);
    }

    private static string Bounds(BoundsSpec bounds)
    {
        var pairs = new List<(string Key, string Value)> { ("pair", TomlText.Of(bounds.Pair)) };
        if (bounds.Steps != 0)
            pairs.Add(("steps", TomlText.Of(bounds.Steps)));
        pairs.Add(("sum", TomlText.Of(bounds.Sum)));
        if (bounds.Winograd2 != 0)
            pairs.Add(("winograd-2x2", TomlText.Of(bounds.Winograd2)));
        if (bounds.Winograd4 != 0)
            pairs.Add(("winograd-4x4", TomlText.Of(bounds.Winograd4)));
        return Table([.. pairs]);
    }

    private static string Table(params (string Key, string Value)[] pairs) =>
        "{ " + string.Join(", ", pairs.Select(pair => $"{pair.Key} = {pair.Value}")) + " }";
}

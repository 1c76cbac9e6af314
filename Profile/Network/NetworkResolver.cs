using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles.Binding;

namespace BitKernelGen.Profiles;

/// <summary>
/// From a profile to a network: names become tensors, shapes and windows are worked out, codes get integer levels, and every
/// rule that spans more than one key is checked. It never throws, and reports all errors that do not follow from others.
/// </summary>
public sealed class NetworkResolver
{
    private const string InputName = "input";
    private const int InputIndex = -1, OutputIndex = -2, ProfileIndex = -3;

    /// <summary>What a tensor's levels or floats may take in memory: as much as the largest tensor in float32.</summary>
    private const long MaxBytes = Shape.MaxElements * sizeof(float);

    /// <summary>What all tensors together may take, however they share memory: offsets into it have 32 bits.</summary>
    private const long MaxTotalBytes = 1 << 30;

    /// <summary>For how many wrong names the nearest is sought: seeking it for each would take time with the square of the layers.</summary>
    private const int MaxHints = 100;

    private readonly BitProfile _profile;
    private readonly List<ResolutionIssue> _issues = [];
    private readonly Dictionary<string, int> _tensorByName = new() { [InputName] = 0 };
    private readonly List<Known> _tensors = [];
    private readonly List<Layer?> _layers = [];
    private HashSet<string> _layerNames = [];
    private int _hints;

    private NetworkResolver(BitProfile profile) => _profile = profile;

    /// <summary>Resolves a profile.</summary>
    /// <param name="profile">The profile as written.</param>
    public static Resolution Resolve(BitProfile profile)
    {
        var resolver = new NetworkResolver(profile);
        Network? network = resolver.ResolveNetwork();
        return new Resolution(network, [.. resolver._issues.OrderBy(issue => Place(issue.Layer))]);
    }

    /// <summary>The order of a profile's text: name, input, layers, output.</summary>
    private static int Place(int layer) => layer switch
    {
        ProfileIndex => -2,
        OutputIndex => int.MaxValue,
        _ => layer,
    };

    private Network? ResolveNetwork()
    {
        if (_profile is null || string.IsNullOrEmpty(_profile.Name))
        {
            new Reporter(_issues, ProfileIndex, "Profile").Report("BKG003", "name", "it has no name.");
            if (_profile is null)
                return null;
        }

        if ((int)_profile.Prefer < 0 || (int)_profile.Prefer >= Words.Preferences.Count)
            new Reporter(_issues, ProfileIndex, "Profile").Report("BKG006", "prefer", $"there is no preference {(int)_profile.Prefer}.");
        _layerNames = [.. _profile.Layers.Select(layer => layer?.Name ?? "")];
        _tensors.Add(InputResolver.Resolve(_profile.Input, new Reporter(_issues, InputIndex, "Input")));
        for (int i = 0; i < _profile.Layers.Count; i++)
            ResolveLayer(i, _profile.Layers[i]);
        ChannelCodeRule.CheckReaders(_profile, new Reporter(_issues, InputIndex, "Input"));
        CheckMemory();
        int output = ResolveOutput(_profile.Output, new Reporter(_issues, OutputIndex, "Output"));
        WarnOfUnused(output);

        if (_issues.Any(issue => issue.Level == DiagnosticLevel.Error))
            return null;

        string[] names = [InputName, .. _profile.Layers.Select(layer => layer.Name)];
        var network = new Network
        {
            Profile = _profile,
            Tensors = new EquatableArray<Tensor>(_tensors.Select((tensor, id) => Tensor(id, names[id], tensor))),
            Layers = new EquatableArray<Layer>(_layers.Select(layer => layer!)),
            Output = output,
        };
        MagnitudeCheck.Check(network, _issues);
        return _issues.Any(issue => issue.Level == DiagnosticLevel.Error) ? null : network;
    }

    private Tensor Tensor(int id, string name, Known tensor) =>
        new(id, name, tensor.Shape!.Height, tensor.Shape.Width, tensor.Shape.Channels, tensor.Codes!.Code, tensor.Codes.Skip)
        {
            Gain = id == 0 ? _profile.Input.Gain : default,
            Zeros = id == 0 ? _profile.Input.Zeros : default,
        };

    private void ResolveLayer(int index, LayerSpec? spec)
    {
        var reporter = new Reporter(_issues, index, string.IsNullOrEmpty(spec?.Name) ? $"Layer {index}" : $"Layer '{spec!.Name}'");
        if (spec is null)
        {
            reporter.Report("BKG003", "name", "it is empty.");
            _tensors.Add(Known.Nothing);
            _layers.Add(null);
            return;
        }

        int[] inputs = ResolveInputs(spec, reporter);
        AddName(spec.Name, index, reporter);
        Known[] operands = [.. inputs.Select(input => input < 0 ? Known.Nothing : _tensors[input])];
        _tensors.Add(new LayerResolver(index, spec, inputs, operands, reporter).Resolve(out Layer? layer));
        _layers.Add(layer);
    }

    /// <summary>The tensors that a layer reads, −1 for each that can't be told.</summary>
    private int[] ResolveInputs(LayerSpec spec, Reporter reporter)
    {
        var inputs = new int[spec.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            string name = spec.Inputs[i] ?? "";
            if (_tensorByName.TryGetValue(name, out inputs[i]))
                continue;
            inputs[i] = -1;
            reporter.Report("BKG007", "input", _layerNames.Contains(name)
                ? $"it reads '{name}', which does not come before it."
                : $"it reads '{name}', but no layer before it has that name{Hint(name, _tensorByName.Keys)}", i);
        }

        return inputs;
    }

    /// <summary>The end of a sentence; a text too long for a name is no misspelling.</summary>
    private string Hint(string name, IEnumerable<string> names) =>
        Suggestion.Phrase(name.Length <= 100 && _hints++ < MaxHints ? Suggestion.For(name, [.. names]) : null);

    private void AddName(string? name, int index, Reporter reporter)
    {
        if (string.IsNullOrEmpty(name))
            reporter.Report("BKG003", "name", "it has no name.");
        else if (name == InputName)
            reporter.Report("BKG008", "name", "'input' is the name of the network's input.");
        else if (_tensorByName.ContainsKey(name!))
            reporter.Report("BKG008", "name", $"layer {_tensorByName[name!] - 1} has this name already.");
        else
            _tensorByName.Add(name!, index + 1);
    }

    /// <summary>Tensors as they lie in memory, with padding and whole vectors of channels, must have offsets of 32 bits.</summary>
    private void CheckMemory()
    {
        var padding = _tensors.Select(_ => (Top: 0, Left: 0, Bottom: 0, Right: 0)).ToArray();
        foreach (Layer layer in _layers.OfType<Layer>().Where(layer => layer.Spec.Op is LayerOp.Conv or LayerOp.Depthwise))
        {
            Window window = layer.Window;
            ref (int Top, int Left, int Bottom, int Right) pads = ref padding[layer.Inputs[0]];
            pads = (Math.Max(pads.Top, window.PadTop), Math.Max(pads.Left, window.PadLeft),
                Math.Max(pads.Bottom, window.PadBottom), Math.Max(pads.Right, window.PadRight));
        }

        long total = 0;
        for (int id = 0; id < _tensors.Count; id++)
        {
            if (_tensors[id] is not { Shape: { } shape, Codes: { } codes })
                continue;
            (int top, int left, int bottom, int right) = padding[id];

            // A layer that reads bit-planes sums them up in float32; what is read so lies in memory plane by plane, beside its levels.
            bool hasPartial = id > 0 && _layers[id - 1] is { ReadsPlanes: true };
            int planes = codes.Code is { Planes: not null, Bits: var bits } ? bits : 0;
            long pixelBytes = codes.IsFloat || hasPartial ? (shape.Channels + 15L) / 16 * 16 * sizeof(float)
                : id == 0 ? shape.Channels
                : (shape.Channels + 3L) / 4 * 4;
            long bytes = Saturating.Product((long)top + shape.Height + bottom, (long)left + shape.Width + right, pixelBytes);
            bool isInput = id == 0;
            var reporter = new Reporter(_issues, id - 1, isInput ? "Input" : $"Layer '{_profile.Layers[id - 1].Name}'");
            if (bytes > MaxBytes)
            {
                reporter.Report("BKG009", isInput ? "shape" : "name", $"its tensor {shape}, with its padding, takes more than {MaxBytes} bytes.");
                continue;
            }

            // Only the tensor that passes the limit is told of.
            bool fitted = total <= MaxTotalBytes;
            total += bytes * ((codes is { Code: not null, Skip: not null } ? 2 : 1) + (hasPartial ? 1 : 0) + planes);
            if (fitted && total > MaxTotalBytes)
                reporter.Report("BKG009", isInput ? "shape" : "name", $"the tensors up to {shape} here take more than {MaxTotalBytes} bytes together.");
        }
    }

    /// <summary>The tensor that is the network's output, or −1.</summary>
    private int ResolveOutput(OutputSpec? spec, Reporter reporter)
    {
        if (spec is null)
        {
            reporter.Report("BKG003", "from", "the profile does not say which layer's it is.");
            return -1;
        }

        string name = spec.From ?? "";
        if (!_tensorByName.TryGetValue(name, out int output) || output == 0)
        {
            reporter.Report("BKG007", "from", $"there is no layer '{name}'{Hint(name, _tensorByName.Keys.Where(candidate => candidate != InputName))}");
            return -1;
        }

        if (_tensors[output].Shape is { } shape && spec.Labels.Count > 0)
        {
            int length = shape.Height * shape.Width * shape.Channels;
            if (spec.Labels.Count != length)
                reporter.Report("BKG009", "labels", $"there are {spec.Labels.Count} labels for {length} elements.");
        }

        return output;
    }

    /// <summary>Where names are wrong, a layer may seem unused because another one means it.</summary>
    private void WarnOfUnused(int output)
    {
        if (_issues.Any(issue => issue.Id is "BKG003" or "BKG007" or "BKG008"))
            return;
        var used = new HashSet<int>(_profile.Layers.SelectMany(layer => layer.Inputs).Select(name => _tensorByName[name])) { output };
        for (int i = 0; i < _profile.Layers.Count; i++)
        {
            if (!used.Contains(i + 1))
            {
                new Reporter(_issues, i, $"Layer '{_profile.Layers[i].Name}'").Report(
                    "BKG021", "name", "no layer reads its output, nor is it the network's.");
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Profiles.Binding;

/// <summary>The keys and names of a profile, as they are written.</summary>
internal static class Words
{
    public static readonly IReadOnlyList<string> Profile = ["format", "name", "prefer", "weights", "input", "layer", "output", "provenance"];
    public static readonly IReadOnlyList<string> Weights = ["file", "sha256"];
    public static readonly IReadOnlyList<string> Input = ["shape", "mean", "std", "scale", "code", "gain", "zeros"];
    public static readonly IReadOnlyList<string> Output = ["from", "labels"];
    public static readonly IReadOnlyList<string> Code = ["bits", "step", "zero", "coefficients", "planes"];
    public static readonly IReadOnlyList<string> Weight = ["bits"];
    public static readonly IReadOnlyList<string> Bounds = ["pair", "steps", "sum", "winograd-2x2", "winograd-4x4"];

    public static readonly IReadOnlyList<string> Layer =
    [
        "name", "op", "input", "kernel", "stride", "dilation", "pad", "count-include-pad", "channels", "groups", "pad-channels", "weight",
        "activation", "slope", "limits", "code", "skip", "bounds", "kernel-strategy",
    ];

    /// <summary>By their number.</summary>
    public static readonly IReadOnlyList<string> Ops =
        [.. Enum.GetValues(typeof(LayerOp)).Cast<LayerOp>().Select(op => op == LayerOp.PadChannels ? "pad-channels" : op.ToString().ToLowerInvariant())];

    /// <summary>By their number.</summary>
    public static readonly IReadOnlyList<string> Activations =
        ["none", "relu", "relu6", "clip", "leaky-relu", "prelu", "hard-swish", "sigmoid", "silu"];

    /// <summary>By their number.</summary>
    public static readonly IReadOnlyList<string> Preferences = ["speed", "memory"];

    /// <summary>The first leaves the choice to the planner.</summary>
    public static readonly IReadOnlyList<string> Strategies = ["auto", "multiply-add", "winograd-2x2", "winograd-4x4", "activation-tables", "weight-tables"];
}

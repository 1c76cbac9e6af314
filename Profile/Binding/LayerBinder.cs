using System.Linq;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles.Binding;

/// <summary>A table of <c>[[layer]]</c> as a layer, each key within its own range; what they make together is resolved later.</summary>
internal static class LayerBinder
{
    private const int MaxWindow = 1024;
    private const int MaxDilation = 1024;
    private const int MaxPad = 65535;
    private const int MaxChannels = 65536;

    public static LayerSpec Bind(TableBinder layer)
    {
        string name = layer.String("name", IsLayerName, "of letters, digits, '_', '.' and '-'");
        bool isKnown = layer.Need("op") is TomlString text && Words.Ops.Contains(text.Value);
        var op = (LayerOp)Words.Ops.ToList().IndexOf(layer.Word("op", "operation", Words.Ops));
        var activation = (Activation)Words.Activations.ToList().IndexOf(layer.Word("activation", "activation", Words.Activations));
        return new LayerSpec
        {
            Name = name,
            Op = op,
            Inputs = layer.Strings("input", 1),
            Kernel = Has("kernel") ? layer.Integers("kernel", 2, 2, 1, MaxWindow) : default,
            Stride = layer.Has("stride") ? layer.Integers("stride", 2, 2, 1, MaxWindow) : OpKeys.DefaultStride(op),
            Dilation = layer.Has("dilation") ? layer.Integers("dilation", 2, 2, 1, MaxDilation) : OpKeys.DefaultDilation(op),
            Pad = layer.Has("pad") ? layer.Integers("pad", 4, 4, 0, MaxPad) : OpKeys.DefaultPad(op),
            CountIncludePad = layer.Has("count-include-pad") && layer.Boolean("count-include-pad"),
            Channels = Has("channels") ? layer.Integer("channels", 1, MaxChannels) : 0,
            Groups = layer.Has("groups") ? layer.Integer("groups", 1, MaxChannels) : OpKeys.DefaultGroups(op),
            PadChannels = Has("pad-channels") ? layer.Integers("pad-channels", 2, 2, 0, MaxChannels) : default,
            Weight = Has("weight") ? Weight(layer) : null,
            Activation = activation,
            Slope = layer.Has("slope") || activation == Activation.LeakyRelu
                ? layer.Number("slope", Rules.IsFloat, "a number within float32's range") : 0,
            Limits = layer.Has("limits") || activation == Activation.Clip
                ? layer.Numbers("limits", 2, value => !double.IsNaN(value), "a number") : default,
            Code = layer.Has("code") ? CodeBinder.Bind(layer, "code") : null,
            Skip = layer.Has("skip") ? CodeBinder.Bind(layer, "skip") : null,
            Bounds = layer.Has("bounds") ? Bounds(layer) : null,
            KernelStrategy = layer.Word("kernel-strategy", "kernel strategy", Words.Strategies),
        };

        // Of an operation that we do not know we can't say what it needs.
        bool Has(string key) => layer.Has(key) || (isKnown && LayerRules.Applies(key, op));
    }

    private static bool IsLayerName(string name) => name.Length > 0 && name.All(c => c == '.' || TomlScanner.IsBareKey(c));

    private static WeightSpec? Weight(TableBinder layer) =>
        layer.Table("weight", Words.Weight) is { } weight ? new WeightSpec(weight.Integer("bits", 1, 8)) : null;

    private static BoundsSpec? Bounds(TableBinder layer)
    {
        return layer.Table("bounds", Words.Bounds) is { } bounds
            ? new BoundsSpec(Bound("pair"), OrZero("steps"), Bound("sum"), OrZero("winograd-2x2"), OrZero("winograd-4x4"))
            : null;

        int Bound(string key) => bounds.Integer(key, 0, int.MaxValue);
        int OrZero(string key) => bounds.Has(key) ? Bound(key) : 0;
    }
}

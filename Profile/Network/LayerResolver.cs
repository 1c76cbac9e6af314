using System.Linq;
using BitKernelGen.Profiles.Binding;

namespace BitKernelGen.Profiles;

/// <summary>Checks one layer and works out its window, shape, codes and sums.</summary>
internal sealed class LayerResolver(int index, LayerSpec spec, int[] inputs, Known[] operands, Reporter reporter)
{
    private readonly string _op = LayerRules.Text(spec.Op) ?? "";

    /// <summary>What is known of the output.</summary>
    /// <param name="layer">The layer; null where an error, here or before, leaves it unknown.</param>
    public Known Resolve(out Layer? layer)
    {
        layer = null;
        if (_op.Length == 0)
        {
            reporter.Report("BKG006", "op", $"there is no operation {(int)spec.Op}.");
            return Known.Nothing;
        }

        CheckKeys();
        Codes? codes = ResolveCodes();
        if (!HasRightInputs() | !HasRightNumbers())
            return new Known(null, codes);

        CheckOperands();
        LayerSpec complete = WithDefaults();
        LayerGeometry? geometry = operands.All(operand => operand.Shape is not null)
            ? new ShapeResolver(complete, [.. operands.Select(operand => operand.Shape!)], reporter).Resolve()
            : null;
        if (geometry is null)
            return new Known(null, codes);

        layer = new Layer
        {
            Index = index,
            Spec = complete,
            Inputs = new EquatableArray<int>(inputs),
            Window = geometry.Window,
            Activation = ActivationFunction.Of(complete),
            Macs = geometry.Macs,
            ReadsPlanes = complete.Weight is not null && operands[0].Codes?.Code?.Planes is not null,
        };
        if (OpKeys.NeedsWeight(spec.Op))
        {
            SumCheck.Check(complete, operands[0].Codes?.Code?.Product, geometry, inputs[0] == 0, operands[0].Shape!.Channels, reporter);
            WorkCheck.Check(layer, geometry.Output, operands[0].Shape!.Channels, reporter);
        }
        else if (spec.Op is LayerOp.AvgPool or LayerOp.GlobalAvgPool && (operands[0].Codes?.Skip ?? operands[0].Codes?.Code) is { } code)
        {
            SumCheck.CheckAverage(code, geometry.Window, reporter);
        }

        CheckStrategy(geometry);
        return new Known(geometry.Output, codes);
    }

    private void CheckKeys()
    {
        void Check(string key, bool isWritten)
        {
            if (isWritten && !LayerRules.Applies(key, spec.Op))
                reporter.Report("BKG013", key, $"'{key}' does not apply to '{_op}'.");
        }

        Check("kernel", spec.Kernel.Count > 0);
        Check("stride", spec.Stride.Count > 0);
        Check("dilation", spec.Dilation.Count > 0);
        Check("pad", spec.Pad.Count > 0);
        Check("count-include-pad", spec.CountIncludePad);
        Check("channels", spec.Channels != 0);
        Check("groups", spec.Groups != 0);
        Check("pad-channels", spec.PadChannels.Count > 0);
        Check("weight", spec.Weight is not null);
        Check("activation", spec.Activation != Activation.None);
        Check("code", spec.Code is not null);
        Check("skip", spec.Skip is not null);
        Check("bounds", spec.Bounds is not null);
        Check("kernel-strategy", spec.KernelStrategy != Words.Strategies[0]);
        if (spec.Activation != Activation.LeakyRelu && spec.Slope != 0)
            reporter.Report("BKG013", "slope", "'slope' belongs to the activation 'leaky-relu'.");
        if (spec.Activation != Activation.Clip && spec.Limits.Count > 0)
            reporter.Report("BKG013", "limits", "'limits' belong to the activation 'clip'.");
        if (spec.Activation == Activation.PRelu && !OpKeys.NeedsWeight(spec.Op))
            reporter.Report("BKG013", "activation", $"'prelu' takes its slopes from a layer's weights, and '{_op}' has none.");
        if (LayerRules.Text(spec.Activation) is null)
            reporter.Report("BKG006", "activation", $"there is no activation {(int)spec.Activation}.");
        if (!Words.Strategies.Contains(spec.KernelStrategy))
        {
            string strategies = string.Join(", ", Words.Strategies);
            reporter.Report("BKG006", "kernel-strategy", $"there is no kernel strategy '{spec.KernelStrategy}'; there are {strategies}.");
        }
    }

    /// <summary>Whether the layer is one that the strategy it is pinned to, or proved for, can compute.</summary>
    private void CheckStrategy(LayerGeometry geometry)
    {
        if (operands[0].Codes?.Code?.Product is not { } code || spec.Weight is null)
            return;

        int channels = operands[0].Shape!.Channels;
        if (spec.KernelStrategy == "activation-tables" && !ActivationTableRule.Applies(spec, geometry.Window, code.MaxLevel, inputs[0] == 0, channels))
            reporter.Report("BKG013", "kernel-strategy", $"'{spec.KernelStrategy}' is for {ActivationTableRule.Text}.");
        if (spec.KernelStrategy == "weight-tables" && !WeightTableRule.Applies(spec, geometry.Window, code.MaxLevel, channels))
            reporter.Report("BKG013", "kernel-strategy", $"'{spec.KernelStrategy}' is for {WeightTableRule.Text}.");
        CheckWinograd(2, spec.Bounds?.Winograd2 > 0);
        CheckWinograd(4, spec.Bounds?.Winograd4 > 0);

        void CheckWinograd(int tile, bool hasBound)
        {
            string name = $"winograd-{tile}x{tile}";
            bool isPinned = spec.KernelStrategy == name;
            if (!WinogradRule.Applies(tile, spec, geometry.Window, code.MaxLevel, inputs[0] == 0, channels))
            {
                string message = $"'{name}' is for {WinogradRule.Text(tile)}.";
                if (isPinned)
                    reporter.Report("BKG013", "kernel-strategy", message);
                if (hasBound)
                    reporter.Report("BKG013", $"bounds.{name}", message);
            }
            else if (isPinned && !WinogradRule.IsProved(spec))
            {
                reporter.Report(
                    "BKG013",
                    "kernel-strategy",
                    $"'{name}' multiplies weights of more than {WinogradRule.MaxWeightBits} bits in halves, whose products 'bounds.{name}' must prove to fit 16 bits.");
            }
        }
    }

    private bool HasRightInputs()
    {
        (int least, int most, string text) = spec.Op switch
        {
            LayerOp.Add or LayerOp.Mul => (2, 2, "two inputs"),
            LayerOp.Concat => (2, int.MaxValue, "two inputs or more"),
            _ => (1, 1, "one input"),
        };
        if (inputs.Length >= least && inputs.Length <= most)
            return true;
        reporter.Report("BKG004", "input", $"'{_op}' reads {text}, not {inputs.Length}.");
        return false;
    }

    /// <summary>Counts and ranges of what the operation needs to be written.</summary>
    private bool HasRightNumbers()
    {
        bool isRight = true;
        void Numbers(string key, EquatableArray<int> values, int count, int least, bool isRequired)
        {
            if (!LayerRules.Applies(key, spec.Op) || (values.Count == 0 && !isRequired))
                return;
            if (values.Count == 0)
                Fail("BKG003", key, $"'{_op}' needs '{key}'.");
            else if (values.Count != count)
                Fail("BKG004", key, $"'{key}' has {count} elements, not {values.Count}.");
            for (int i = 0; i < values.Count; i++)
            {
                if (values[i] < least)
                    Fail("BKG004", key, $"{values[i]} is below {least}.", i);
            }
        }

        void Fail(string id, string key, string message, int element = -1)
        {
            reporter.Report(id, key, message, element);
            isRight = false;
        }

        Numbers("kernel", spec.Kernel, 2, 1, isRequired: true);
        Numbers("stride", spec.Stride, 2, 1, isRequired: false);
        Numbers("dilation", spec.Dilation, 2, 1, isRequired: false);
        Numbers("pad", spec.Pad, 4, 0, isRequired: false);
        Numbers("pad-channels", spec.PadChannels, 2, 0, isRequired: true);
        if (LayerRules.Applies("channels", spec.Op) && spec.Channels < 1)
            Fail(spec.Channels == 0 ? "BKG003" : "BKG004", "channels", $"'{_op}' needs 'channels', at least 1.");
        if (spec.Groups < 0)
            Fail("BKG004", "groups", $"{spec.Groups} is below 1.");
        if (spec.Activation == Activation.LeakyRelu && !Rules.IsFloat(spec.Slope))
            Fail("BKG004", "slope", "the slope must be a number within float32's range.");
        if (spec.Activation == Activation.Clip && spec.Limits.Count != 2)
            Fail(spec.Limits.Count == 0 ? "BKG003" : "BKG004", "limits", "'clip' needs 'limits', a lower and an upper one.");
        else if (spec.Activation == Activation.Clip && !((float)spec.Limits[0] <= (float)spec.Limits[1]))
            Fail("BKG004", "limits", "the lower limit must not be above the upper one.");
        if (OpKeys.NeedsWeight(spec.Op) && spec.Weight is null)
            Fail("BKG003", "weight", $"'{_op}' needs 'weight'.");
        if (spec.Weight is { Bits: < 1 or > 8 })
            Fail("BKG004", "weight.bits", "a weight has 1 to 8 bits.");
        return isRight;
    }

    private LayerSpec WithDefaults() => spec with
    {
        Stride = spec.Stride.Count == 0 ? OpKeys.DefaultStride(spec.Op) : spec.Stride,
        Dilation = spec.Dilation.Count == 0 ? OpKeys.DefaultDilation(spec.Op) : spec.Dilation,
        Pad = spec.Pad.Count == 0 ? OpKeys.DefaultPad(spec.Op) : spec.Pad,
        Groups = spec.Groups == 0 ? OpKeys.DefaultGroups(spec.Op) : spec.Groups,
    };

    /// <summary>Whether the tensors that it reads are coded as it needs them.</summary>
    private void CheckOperands()
    {
        if (operands[0].Codes is not { } codes)
            return;
        if (OpKeys.NeedsWeight(spec.Op) && codes.Code is null)
            reporter.Report("BKG010", "input", $"'{_op}' multiplies, so '{spec.Inputs[0]}' needs a 'code'.", 0);
        else if (spec.Op is LayerOp.MaxPool or LayerOp.AvgPool or LayerOp.GlobalAvgPool && codes.IsFloat)
            reporter.Report("BKG010", "input", $"'{_op}' reads levels, so '{spec.Inputs[0]}' needs a 'code' or 'skip'.", 0);
    }

    private Codes? ResolveCodes()
    {
        if (LayerRules.KeepsCodes(spec.Op))
            return operands.Length == 1 ? operands[0].Codes : null;

        if (spec.Op == LayerOp.Concat && spec.Code is null && spec.Skip is null)
        {
            reporter.Report("BKG010", "code", "'concat' recodes, so it needs a 'code' or 'skip'.");
            return null;
        }

        if (spec.Skip is { Coefficients.Count: > 0 })
            reporter.Report("BKG013", "skip.coefficients", "'skip' has even levels: it takes no coefficients.");
        if (spec.Skip is { Planes: true })
            reporter.Report("BKG013", "skip.planes", "'skip' is not multiplied: it has no planes.");
        Code? code = spec.Code is null ? null : CodeResolver.Resolve(spec.Code, "code", reporter);
        Code? skip = spec.Skip is null ? null : CodeResolver.Resolve(spec.Skip with { Coefficients = default, Planes = false }, "skip", reporter);
        bool isKnown = (spec.Code is null || code is not null) && (spec.Skip is null || skip is not null);
        return isKnown ? new Codes(code, skip) : null;
    }
}

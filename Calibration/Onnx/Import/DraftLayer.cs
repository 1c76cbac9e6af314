using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>A layer that later nodes may still be folded into.</summary>
internal sealed class DraftLayer
{
    public required string Name { get; init; }

    public required LayerOp Op { get; init; }

    public required string[] Inputs { get; init; }

    public required int Height { get; set; }

    public required int Width { get; set; }

    public required int Channels { get; init; }

    public string OnnxOutput { get; set; } = "";

    /// <summary>Conv, depthwise and pools.</summary>
    public Window? Window { get; init; }

    /// <summary>Rows and columns, for subsample.</summary>
    public (int Height, int Width) Stride { get; set; } = (1, 1);

    /// <summary>Channels before and after, for pad-channels.</summary>
    public (int Before, int After) PadChannels { get; init; }

    /// <summary>In the profile's order, before <see cref="Scale"/>.</summary>
    public float[] Weights { get; init; } = [];

    /// <summary>What each output's weights are multiplied by, in double so that folding rounds once.</summary>
    public double[] Scale { get; private set; } = [];

    public double[] Bias { get; private set; } = [];

    /// <summary>Parts of a convolution's channels.</summary>
    public int Groups { get; init; } = 1;

    public bool CountIncludePad { get; init; }

    public DraftActivation Activation { get; set; } = DraftActivation.None;

    public bool HasWeights => Weights.Length > 0;

    /// <summary>Whether it has none yet, and could have this one.</summary>
    public bool CanTake(DraftActivation activation) =>
        Activation == DraftActivation.None && (HasWeights || (Op is LayerOp.Add or LayerOp.Mul && activation.Kind != Profiles.Activation.PRelu));

    public void SetBias(IEnumerable<double> bias)
    {
        Bias = bias.ToArray();
        Scale = new double[Bias.Length];
        Array.Fill(Scale, 1);
    }

    /// <summary>Follows the layer's sums by y · scale + shift.</summary>
    public void Fold(double[] scale, double[] shift)
    {
        for (int o = 0; o < Bias.Length; o++)
        {
            Scale[o] *= scale[o];
            Bias[o] = Bias[o] * scale[o] + shift[o];
        }
    }

    public FloatLayer Finish() => new()
    {
        Spec = new LayerSpec
        {
            Name = Name,
            Op = Op,
            Inputs = new EquatableArray<string>(Inputs),
            Kernel = Window is { } k ? new EquatableArray<int>(k.KernelHeight, k.KernelWidth) : default,
            Stride = Window is { } s ? new EquatableArray<int>(s.StrideHeight, s.StrideWidth)
                : Op == LayerOp.Subsample ? new EquatableArray<int>(Stride.Height, Stride.Width) : default,
            Pad = Window is { } p ? new EquatableArray<int>(p.PadTop, p.PadLeft, p.PadBottom, p.PadRight) : default,
            Dilation = Window is not null && Op is LayerOp.Conv or LayerOp.Depthwise
                ? new EquatableArray<int>(Window.DilationHeight, Window.DilationWidth) : default,
            CountIncludePad = CountIncludePad,
            Channels = Op is LayerOp.Conv or LayerOp.Dense ? Channels : 0,
            Groups = Op == LayerOp.Conv ? Groups : 0,
            PadChannels = Op == LayerOp.PadChannels ? new EquatableArray<int>(PadChannels.Before, PadChannels.After) : default,
            Activation = Activation.Kind,
            Slope = Activation.Slope,
            Limits = Activation.Kind == Profiles.Activation.Clip ? new EquatableArray<double>(Activation.Low, Activation.High) : default,
        },
        Slopes = [.. Activation.Slopes],
        Weights = ScaledWeights(),
        Bias = Array.ConvertAll(Bias, Rounded),
        OnnxOutput = OnnxOutput,
        Height = Height,
        Width = Width,
        Channels = Channels,
    };

    private float[] ScaledWeights()
    {
        var weights = new float[Weights.Length];
        int each = HasWeights ? Weights.Length / Scale.Length : 0;
        for (int i = 0; i < weights.Length; i++)
            weights[i] = Rounded(Weights[i] * Scale[i / each]);
        return weights;
    }

    private float Rounded(double value)
    {
        float rounded = (float)value;
        return float.IsFinite(rounded) ? rounded
            : throw new OnnxImportException($"Layer '{Name}': folding constants into it leaves float32's range.");
    }
}

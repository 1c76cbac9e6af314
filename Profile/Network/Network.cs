using System;

namespace BitKernelGen.Profiles;

/// <summary>
/// A profile resolved: every shape known, every name a number, every code with integer levels. The reference executor runs it
/// and the generator plans it; both take the arithmetic's decisions from here, so that they can't differ.
/// </summary>
public sealed record Network
{
    /// <summary>The profile that this is the meaning of.</summary>
    public required BitProfile Profile { get; init; }

    /// <summary>Tensor 0 is the input; tensor i is the output of layer i−1.</summary>
    public required EquatableArray<Tensor> Tensors { get; init; }

    /// <summary>The layers in order.</summary>
    public required EquatableArray<Layer> Layers { get; init; }

    /// <summary>The tensor that is the network's output.</summary>
    public required int Output { get; init; }
}

/// <summary>The input or a layer's output.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">"input", or its layer's name.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Code">The code that multiplications read, if there is one.</param>
/// <param name="Skip">The code that sums read, if it is another one.</param>
public sealed record Tensor(int Id, string Name, int Height, int Width, int Channels, Code? Code, Code? Skip)
{
    /// <summary>Height · width · channels.</summary>
    public int Length => Height * Width * Channels;

    /// <summary>What a sum, an average or the network's output reads: the skip code, else the code, else null for float32.</summary>
    public Code? SumCode => Skip ?? Code;

    /// <summary>The input's <see cref="InputSpec.Gain"/>; empty for other tensors.</summary>
    public EquatableArray<double> Gain { get; init; }

    /// <summary>The input's <see cref="InputSpec.Zeros"/>; empty for other tensors.</summary>
    public EquatableArray<int> Zeros { get; init; }

    /// <summary>Whether channels are encoded each in its own way.</summary>
    public bool IsByChannel => Gain.Count > 0 || Zeros.Count > 0;

    /// <summary>Whether the levels that multiplications read have a zero offset.</summary>
    public bool HasZero => Zeros.Count > 0 || Code is { Product.Zero: not 0 };

    /// <summary>The level of zero in a channel of what multiplications read.</summary>
    /// <param name="channel">The channel.</param>
    public int ZeroOf(int channel) => Zeros.Count > 0 ? Zeros[channel] : Code!.Zero;

    /// <summary>r[c] = float32(gain[c] / s), by which a channel's values are multiplied to be encoded.</summary>
    /// <param name="channel">The channel.</param>
    public float ReciprocalOf(int channel) => Gain.Count > 0 ? (float)(Gain[channel] / Code!.Step) : Code!.Reciprocal;
}

/// <summary>A layer with its numbers.</summary>
public sealed record Layer
{
    /// <summary>Its place in <see cref="Network.Layers"/>.</summary>
    public required int Index { get; init; }

    /// <summary>What the profile says of it.</summary>
    public required LayerSpec Spec { get; init; }

    /// <summary>The tensors that it reads.</summary>
    public required EquatableArray<int> Inputs { get; init; }

    /// <summary>The tensor that it writes.</summary>
    public int Output => Index + 1;

    /// <summary>
    /// The window that conv, depthwise, dense and pools move over the input; [1, 1] for the others. Dense is a convolution whose
    /// window is the whole input, global average pooling an average pooling of that window.
    /// </summary>
    public required Window Window { get; init; }

    /// <summary>The activation function, with its numbers.</summary>
    public required ActivationFunction Activation { get; init; }

    /// <summary>Parts that the channels are cut into: 1, but for a grouped conv.</summary>
    public int Groups => Math.Max(1, Spec.Groups);

    /// <summary>
    /// Whether each position of the window is reduced by itself: a conv with groups or dilation. See <c>docs/arithmetic.md</c>,
    /// "Layout of the reduction".
    /// </summary>
    public bool IsGathered => Spec.Op == LayerOp.Conv && (Groups > 1 || Window.IsDilated);

    /// <summary>Products of a weight with an activation in one run; 0 for layers without weights.</summary>
    public required long Macs { get; init; }

    /// <summary>Whether it multiplies the bit-planes of what it reads by themselves, each with a coefficient of its own.</summary>
    public bool ReadsPlanes { get; init; }

    /// <summary>
    /// Whether the output code's reciprocal is multiplied into scale and bias ahead of time: a layer with weights that writes
    /// exactly one code, whose activation commutes with a factor above 0, and which reads levels. See <c>docs/arithmetic.md</c>, "Encode".
    /// </summary>
    public bool IsPremultiplied => Spec.Weight is not null && (Spec.Code is null) != (Spec.Skip is null) && Activation.CommutesWithScaling && !ReadsPlanes;
}

/// <summary>A window over height and width.</summary>
/// <param name="KernelHeight">Rows of the window.</param>
/// <param name="KernelWidth">Columns of the window.</param>
/// <param name="StrideHeight">Rows from one window to the next.</param>
/// <param name="StrideWidth">Columns from one window to the next.</param>
/// <param name="PadTop">Rows above the input.</param>
/// <param name="PadLeft">Columns left of the input.</param>
/// <param name="PadBottom">Rows below the input.</param>
/// <param name="PadRight">Columns right of the input.</param>
public sealed record Window(
    int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, int PadTop, int PadLeft, int PadBottom, int PadRight)
{
    /// <summary>Rows from one element of the window to the next.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Columns from one element of the window to the next.</summary>
    public int DilationWidth { get; init; } = 1;

    /// <summary>Whether elements of the window lie apart.</summary>
    public bool IsDilated => DilationHeight > 1 || DilationWidth > 1;

    /// <summary>Rows from the window's first element to its last, both included.</summary>
    public int ExtentHeight => ((KernelHeight - 1) * DilationHeight) + 1;

    /// <summary>Columns from the window's first element to its last, both included.</summary>
    public int ExtentWidth => ((KernelWidth - 1) * DilationWidth) + 1;

    /// <summary>One element at a time.</summary>
    public static Window One { get; } = new(1, 1, 1, 1, 0, 0, 0, 0);
}

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>What an ONNX tensor is in the profile's terms: a layer's output or the network's input, seen with ONNX's rank.</summary>
/// <param name="Layer">The layer that computes it; null for the network's input.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Rank">4 for [N, C, H, W]; 3 for [N, C, W] (one row); 2 for [N, C·H·W], elements in the order of C, H, W.</param>
internal sealed record TensorView(DraftLayer? Layer, int Height, int Width, int Channels, int Rank)
{
    /// <summary>Zero rows and columns that a Pad node added and the convolution that reads them must take over.</summary>
    public Border Border { get; init; }

    /// <summary>Whether ONNX sees the channels last: [N, H, W, C], or [N, H·W·C] where it is flat.</summary>
    public bool IsChannelsLast { get; init; }

    /// <summary>Whether another node reads a tensor that this one merely renames.</summary>
    public bool IsShared { get; init; }

    public string Name => Layer?.Name ?? "input";

    public bool IsFlat => Rank == 2;

    public int Pixels => Height * Width;

    public int Length => Height * Width * Channels;

    /// <summary>Whether the elements have one order, whether channels come first or last.</summary>
    public bool IsOrderFree => Pixels == 1 || Channels == 1 || IsChannelsLast;
}

/// <summary>Rows and columns of zeros around an image.</summary>
internal readonly record struct Border(int Top, int Left, int Bottom, int Right)
{
    public static Border operator +(Border a, Border b) => new(a.Top + b.Top, a.Left + b.Left, a.Bottom + b.Bottom, a.Right + b.Right);
}

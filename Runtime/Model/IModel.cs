namespace BitKernelGen;

/// <summary>A generated model, for code that handles models it was not compiled with. Calls through the class itself are direct.</summary>
public interface IModel : IDisposable
{
    /// <summary>Elements of the input, height · width · channels.</summary>
    int InputLength { get; }

    /// <summary>Elements of the output.</summary>
    int OutputLength { get; }

    /// <summary>What the model is made of.</summary>
    ModelInfo Info { get; }

    /// <summary>Runs the network.</summary>
    /// <param name="input">The input, height-width-channel order, in the range that the network was trained with.</param>
    /// <param name="output">Receives the output, <see cref="OutputLength"/> elements.</param>
    /// <exception cref="ArgumentException">A span has the wrong length, or the input holds a NaN.</exception>
    void Run(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>Runs the network on raw bytes, normalised by the profile's mean and standard deviation.</summary>
    /// <param name="input">The input, height-width-channel order, 0 to 255.</param>
    /// <param name="output">Receives the output, <see cref="OutputLength"/> elements.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="NotSupportedException">The profile has no mean and standard deviation.</exception>
    void Run(ReadOnlySpan<byte> input, Span<float> output);
}

using BitKernelGen.Execution;

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
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    void Run(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>Runs the network on raw bytes, normalised by the profile's mean and standard deviation.</summary>
    /// <param name="input">The input, height-width-channel order, 0 to 255.</param>
    /// <param name="output">Receives the output, <see cref="OutputLength"/> elements.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="NotSupportedException">The profile has no mean and standard deviation.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    void Run(ReadOnlySpan<byte> input, Span<float> output);

    /// <summary>Runs the network on several inputs, one after the other; the bits are those of a call of <c>Run</c> for each.</summary>
    /// <param name="inputs">The inputs one behind the other, a multiple of <see cref="InputLength"/> elements.</param>
    /// <param name="outputs">Receives the outputs one behind the other, <see cref="OutputLength"/> elements each.</param>
    /// <exception cref="ArgumentException">A span has the wrong length, or an input holds a NaN; outputs of the inputs before it are written.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    void RunBatch(ReadOnlySpan<float> inputs, Span<float> outputs) => Batch.Run(this, inputs, outputs);

    /// <summary>Runs the network on several inputs of raw bytes, one after the other; the bits are those of a call of <c>Run</c> for each.</summary>
    /// <param name="inputs">The inputs one behind the other, a multiple of <see cref="InputLength"/> elements, 0 to 255.</param>
    /// <param name="outputs">Receives the outputs one behind the other, <see cref="OutputLength"/> elements each.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="NotSupportedException">The profile has no mean and standard deviation.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    void RunBatch(ReadOnlySpan<byte> inputs, Span<float> outputs) => Batch.Run(this, inputs, outputs);
}

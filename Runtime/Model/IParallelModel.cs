using BitKernelGen.Execution;

namespace BitKernelGen;

/// <summary>A generated model whose single run can be shared by several threads: its profile's item has <c>Parallel="true"</c>.</summary>
public interface IParallelModel : IModel
{
    /// <summary>Runs the network on the threads of a runner: the same bits as on one. Calls with one runner wait for each other.</summary>
    /// <param name="input">The input, height-width-channel order, in the range that the network was trained with.</param>
    /// <param name="output">Receives the output, <see cref="IModel.OutputLength"/> elements.</param>
    /// <param name="runner">The threads.</param>
    /// <exception cref="ArgumentException">A span has the wrong length, or the input holds a NaN.</exception>
    /// <exception cref="ArgumentNullException">There is no runner.</exception>
    /// <exception cref="ObjectDisposedException">The model or the runner was disposed of.</exception>
    void RunParallel(ReadOnlySpan<float> input, Span<float> output, ParallelRunner runner);

    /// <summary>Runs the network on raw bytes, normalised by the profile's mean and standard deviation, on the threads of a runner.</summary>
    /// <param name="input">The input, height-width-channel order, 0 to 255.</param>
    /// <param name="output">Receives the output, <see cref="IModel.OutputLength"/> elements.</param>
    /// <param name="runner">The threads.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="ArgumentNullException">There is no runner.</exception>
    /// <exception cref="NotSupportedException">The profile has no mean and standard deviation.</exception>
    /// <exception cref="ObjectDisposedException">The model or the runner was disposed of.</exception>
    void RunParallel(ReadOnlySpan<byte> input, Span<float> output, ParallelRunner runner);
}

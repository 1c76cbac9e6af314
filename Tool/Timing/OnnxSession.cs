using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Tool.Timing;

/// <summary>A model in ONNX Runtime, one sample at a time, its buffers bound once.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly float[] _input;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    /// <param name="name">What a refusal calls it.</param>
    /// <param name="model">The model's bytes.</param>
    /// <param name="threads">Threads of a run.</param>
    /// <exception cref="InputException">ONNX Runtime refuses it.</exception>
    public OnnxSession(string name, byte[] model, int threads)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        try
        {
            _session = new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InputException($"{name}: {exception.Message}", exception);
        }

        long[] inputShape = ShapeOf(_session.InputMetadata.Values.First());
        long[] outputShape = ShapeOf(_session.OutputMetadata.Values.First());
        _inputNames = [_session.InputMetadata.Keys.First()];
        _outputNames = [_session.OutputMetadata.Keys.First()];
        _input = new float[LengthOf(inputShape)];
        Output = new float[LengthOf(outputShape)];
        _inputs = [OrtValue.CreateTensorValueFromMemory(_input, inputShape)];
        _outputs = [OrtValue.CreateTensorValueFromMemory(Output, outputShape)];
    }

    /// <summary>Elements of the input.</summary>
    public int InputLength => _input.Length;

    /// <summary>What the last run put out.</summary>
    public float[] Output { get; }

    /// <summary>Sets the input from one whose channels are innermost, as profiles have it.</summary>
    public void SetInput(ReadOnlySpan<float> pixels, int channels)
    {
        int plane = pixels.Length / channels;
        for (int i = 0; i < pixels.Length; i++)
            _input[(i % channels * plane) + (i / channels)] = pixels[i];
    }

    public void Run() => _session.Run(_options, _inputNames, _inputs, _outputNames, _outputs);

    public void Dispose()
    {
        foreach (OrtValue value in _inputs.Concat(_outputs))
            value.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    /// <summary>A dimension that is not fixed is the batch: one sample.</summary>
    private static long[] ShapeOf(NodeMetadata metadata) => [.. metadata.Dimensions.Select(dimension => Math.Max(1L, dimension))];

    private static long LengthOf(long[] shape) => shape.Aggregate(1L, (product, dimension) => product * dimension);
}

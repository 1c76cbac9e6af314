using BitKernelGen.Calibration.Onnx.Proto;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Calibration.Onnx;

/// <summary>Runs the float model in ONNX Runtime and shows any of its tensors. One thread at a time.</summary>
public sealed class FloatRunner : IDisposable
{
    private const int LargestBatch = 32;

    private readonly FloatNetwork _network;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly long[] _inputDims;
    private readonly string[] _tensors;

    /// <summary>Loads a network's model.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tensors">Names of ONNX tensors to show; the model's output where there are none.</param>
    /// <param name="threads">Threads of a run; 0 leaves it to ONNX Runtime.</param>
    /// <exception cref="OnnxImportException">ONNX Runtime refuses the model.</exception>
    public FloatRunner(FloatNetwork network, IReadOnlyList<string>? tensors = null, int threads = 0)
    {
        _network = network;
        _tensors = tensors is null ? [network.OutputName] : [.. tensors];

        // Protobuf messages that follow each other are merged, so outputs can be added without rewriting the model.
        var added = new ModelProto { Graph = new GraphProto() };
        added.Graph.Output.AddRange(
            _tensors.Where(name => name != network.OutputName).Distinct().Select(name => new ValueInfoProto { Name = name }));
        byte[] model = added.Graph.Output.Count == 0 ? network.Model : [.. network.Model, .. added.ToByteArray()];
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = threads };
        try
        {
            _session = new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new OnnxImportException($"ONNX Runtime can't load the model: {exception.Message}", exception);
        }

        _inputDims = Array.ConvertAll(_session.InputMetadata[network.InputName].Dimensions, dim => (long)dim);
        BatchSize = _inputDims[0] > 0 ? (int)_inputDims[0] : LargestBatch;
    }

    /// <summary>Samples of a run: the model's own batch where it is fixed.</summary>
    public int BatchSize { get; }

    /// <summary>Receives a tensor of a run.</summary>
    /// <param name="tensor">The index of its name.</param>
    /// <param name="values">Its elements for the samples of the run, one sample after the other, channel-height-width.</param>
    public delegate void Show(int tensor, ReadOnlySpan<float> values);

    /// <summary>Runs up to <see cref="BatchSize"/> samples.</summary>
    /// <param name="samples">Inputs, height-width-channel.</param>
    /// <param name="show">Called for each tensor in turn.</param>
    public void Run(IReadOnlyList<float[]> samples, Show show)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples.Count, BatchSize);
        bool isFixed = _inputDims[0] > 0;
        long batch = isFixed ? BatchSize : samples.Count;
        float[] input = ChannelsFirst(_network, samples, batch);

        using OrtValue value = OrtValue.CreateTensorValueFromMemory(input, [batch, .. _inputDims[1..]]);
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_options, [_network.InputName], [value], _tensors);
        for (int i = 0; i < results.Count; i++)
        {
            ReadOnlySpan<float> values = results[i].GetTensorDataAsSpan<float>();
            show(i, values[..(int)(values.Length / batch * samples.Count)]);
        }
    }

    /// <summary>Runs one sample.</summary>
    /// <param name="sample">The input, height-width-channel.</param>
    /// <returns>The network's output, height-width-channel.</returns>
    /// <exception cref="InvalidOperationException">The runner shows other tensors than the output.</exception>
    public float[] Run(float[] sample)
    {
        if (_tensors is not [var name] || name != _network.OutputName)
            throw new InvalidOperationException("The runner shows other tensors than the network's output.");
        float[] output = [];
        Run([sample], (_, values) => output = ToChannelsLast(values));
        return output;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
    }

    /// <summary>Inputs as the ONNX model reads them, one after the other; zeros where there are fewer samples than the batch takes.</summary>
    internal static float[] ChannelsFirst(FloatNetwork network, IReadOnlyList<float[]> samples, long? batch = null)
    {
        int channels = network.Channels, pixels = network.Height * network.Width, length = pixels * channels;
        var input = new float[(batch ?? samples.Count) * length];
        for (int i = 0; i < samples.Count; i++)
        {
            Span<float> planes = input.AsSpan(i * length, length);
            for (int j = 0; j < samples[i].Length; j++)
                planes[(j % channels * pixels) + (j / channels)] = samples[i][j];
        }

        return input;
    }

    private float[] ToChannelsLast(ReadOnlySpan<float> planes)
    {
        int channels = _network.Layers.First(layer => layer.Spec.Name == _network.Output).Channels;
        int pixels = planes.Length / channels;
        var output = new float[planes.Length];
        for (int i = 0; i < output.Length; i++)
            output[i] = planes[(i % channels * pixels) + (i / channels)];
        return output;
    }
}

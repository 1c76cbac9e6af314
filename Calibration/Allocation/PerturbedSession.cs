using BitKernelGen.Calibration.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>Runs a <see cref="PerturbedModel"/>. One thread at a time.</summary>
internal sealed class PerturbedSession : IDisposable
{
    private readonly FloatNetwork _network;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string[] _errors;

    /// <param name="network">The float network.</param>
    /// <param name="model">Its changed model.</param>
    /// <param name="errors">The errors that are zero where a run does not give them.</param>
    public PerturbedSession(FloatNetwork network, byte[] model, IEnumerable<string> errors)
    {
        (_network, _errors) = (network, [.. errors]);
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(model, options);
        int batch = _session.InputMetadata[network.InputName].Dimensions[0];
        FixedBatch = batch > 0 ? batch : null;
    }

    /// <summary>The model's own batch; null where it takes any.</summary>
    public int? FixedBatch { get; }

    /// <summary>Runs samples.</summary>
    /// <param name="samples">Inputs, height-width-channel; as many as <see cref="FixedBatch"/>, if that is fixed.</param>
    /// <param name="feeds">Errors, or weights in place of the model's.</param>
    /// <param name="outputs">ONNX tensors to return.</param>
    public Tensor[] Run(IReadOnlyList<float[]> samples, IReadOnlyDictionary<string, Tensor> feeds, IReadOnlyList<string> outputs)
    {
        long[] dims = Array.ConvertAll(_session.InputMetadata[_network.InputName].Dimensions, dim => (long)dim);
        dims[0] = samples.Count;
        var all = new Dictionary<string, Tensor>(feeds) { [_network.InputName] = new(FloatRunner.ChannelsFirst(_network, samples), dims) };
        foreach (string error in _errors)
            all.TryAdd(error, Tensor.Zero);
        OrtValue[] values = [.. all.Values.Select(tensor => OrtValue.CreateTensorValueFromMemory(tensor.Values, tensor.Dims))];
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_options, all.Keys, values, outputs);
            return [.. results.Select(result => new Tensor(result.GetTensorDataAsSpan<float>().ToArray(), result.GetTensorTypeAndShape().Shape))];
        }
        finally
        {
            Array.ForEach(values, value => value.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
    }

    /// <summary>Values and their ONNX shape.</summary>
    internal sealed record Tensor(float[] Values, long[] Dims)
    {
        /// <summary>Adds nothing to a tensor of any shape.</summary>
        public static Tensor Zero { get; } = new([0], [1]);

        /// <summary>Σ (x − y)².</summary>
        public double SquaredDistance(Tensor other)
        {
            double sum = 0;
            for (int i = 0; i < Values.Length; i++)
            {
                double difference = (double)Values[i] - other.Values[i];
                sum += difference * difference;
            }

            return sum;
        }

        /// <summary>Σ x².</summary>
        public double Energy() => Values.Sum(value => (double)value * value);
    }
}

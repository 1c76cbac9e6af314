using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Calibration.Tests.Export;

/// <summary>An exported model in ONNX Runtime.</summary>
internal sealed class ExportedModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Tensor _input;
    private readonly Tensor _output;

    /// <param name="model">The model.</param>
    /// <param name="network">What it was exported from.</param>
    /// <param name="level">How far ONNX Runtime may go: by default, to its int8 kernels.</param>
    public ExportedModel(byte[] model, Network network, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        string optimized = Path.GetTempFileName();
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = level,
            OptimizedModelFilePath = optimized,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = 1,
        };

        // Without VNNI, ONNX Runtime's kernels for unsigned by signed bytes saturate sums of two products in 16 bits.
        options.AddSessionConfigEntry("session.x64quantprecision", "1");
        _session = new InferenceSession(model, options);
        Operators = [.. ModelProto.Parser.ParseFrom(File.ReadAllBytes(optimized)).Graph.Node.Select(node => node.OpType)];
        File.Delete(optimized);
        _input = network.Tensors[0];
        _output = network.Tensors[network.Output];
    }

    /// <summary>The operators that ONNX Runtime really runs.</summary>
    public IReadOnlyList<string> Operators { get; }

    /// <summary>Runs a batch of inputs; inputs and outputs in height-width-channel order.</summary>
    public float[][] Run<T>(params T[][] inputs)
        where T : unmanaged
    {
        T[] planes = [.. inputs.SelectMany(input => Transposed(input, _input.Height * _input.Width, _input.Channels))];
        using var value = OrtValue.CreateTensorValueFromMemory(planes, [inputs.Length, _input.Channels, _input.Height, _input.Width]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(options, ["input"], [value], ["output"]);
        return [.. results[0].GetTensorDataAsSpan<float>().ToArray().Chunk(_output.Length)
            .Select(output => Transposed(output, _output.Channels, _output.Height * _output.Width))];
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Rows become columns.</summary>
    private static T[] Transposed<T>(T[] matrix, int rows, int columns) =>
        [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[(i % rows * columns) + (i / rows)])];
}

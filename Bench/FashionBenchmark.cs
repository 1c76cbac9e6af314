using BenchmarkDotNet.Attributes;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Bench;

/// <summary>The sample's network on one image: generated C# beside ONNX Runtime in float32, both on one thread.</summary>
[MemoryDiagnoser]
public class FashionBenchmark
{
    private readonly float[] _input = new float[Fashion.InputLength];
    private readonly float[] _scores = new float[Fashion.OutputLength];
    private readonly RunOptions _options = new();
    private Fashion _fashion = null!;
    private InferenceSession _session = null!;
    private OrtValue[] _inputs = null!;
    private OrtValue[] _outputs = null!;

    /// <summary>Loads both networks; they read the same input, whose one channel makes both layouts equal.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < _input.Length; i++)
            _input[i] = (random.NextSingle() - 0.2860f) / 0.3530f;

        _fashion = Fashion.Load();
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(Path.Combine(SharedData.Find()!, "models", "fashion_cnn.onnx"), options);
        _inputs = [OrtValue.CreateTensorValueFromMemory(_input, [1, 1, 28, 28])];
        _outputs = [OrtValue.CreateTensorValueFromMemory(new float[_scores.Length], [1, _scores.Length])];
    }

    /// <summary>Lets go of both networks.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (OrtValue value in _inputs.Concat(_outputs))
            value.Dispose();
        _options.Dispose();
        _session.Dispose();
        _fashion.Dispose();
    }

    /// <summary>ONNX Runtime, float32.</summary>
    [Benchmark(Baseline = true)]
    public void OnnxRuntime() => _session.Run(_options, _session.InputNames, _inputs, _session.OutputNames, _outputs);

    /// <summary>The generated class.</summary>
    [Benchmark]
    public void Generated() => _fashion.Run(_input, _scores);
}

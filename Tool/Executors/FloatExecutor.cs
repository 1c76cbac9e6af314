using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Executors;

/// <summary>The float model in ONNX Runtime.</summary>
internal sealed class FloatExecutor : Executor
{
    private readonly InputNormalization _normalization;
    private readonly Tensor _output;
    private readonly FloatRunner _runner;

    public FloatExecutor(string path, ProfileFile profile)
    {
        FloatNetwork network = OnnxFile.Import(path);
        FloatLayer last = network.Layers.Single(layer => layer.Spec.Name == network.Output);
        _normalization = profile.Normalization;
        _output = profile.Network.Tensors[profile.Network.Output];
        SampleShape input = profile.InputShape, found = new(network.Height, network.Width, network.Channels);
        int outputs = last.Height * last.Width * last.Channels;
        if (found != input || outputs != _output.Length)
            throw new InputException($"{path} is {found} to {outputs}; {profile.Path} is {input} to {_output.Length}.");
        _runner = new FloatRunner(network);
    }

    public override int BatchSize => _runner.BatchSize;

    public override float[][] Run(IReadOnlyList<Sample> samples)
    {
        float[] outputs = [];
        _runner.Run([.. samples.Select(_normalization.Apply)], (_, values) => outputs = values.ToArray());
        return [.. outputs.Chunk(_output.Length).Select(ToChannelsLast)];
    }

    public override void Dispose() => _runner.Dispose();

    private float[] ToChannelsLast(float[] planes)
    {
        int pixels = _output.Height * _output.Width;
        if (pixels == 1)
            return planes;
        var output = new float[planes.Length];
        for (int i = 0; i < planes.Length; i++)
            output[(i % pixels * _output.Channels) + (i / pixels)] = planes[i];
        return output;
    }
}

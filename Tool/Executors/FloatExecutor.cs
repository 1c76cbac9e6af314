using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Executors;

/// <summary>The float model in ONNX Runtime.</summary>
internal sealed class FloatExecutor : Executor
{
    private readonly Tensor _output;
    private readonly FloatRunner _runner;

    public FloatExecutor(string path, ProfileFile profile)
        : base(profile)
    {
        FloatNetwork network = OnnxFile.Import(path);
        _output = profile.Network.Tensors[profile.Network.Output];
        SampleShape input = profile.InputShape, found = new(network.Height, network.Width, network.Channels);
        if (found != input || network.OutputLength() != _output.Length)
            throw new InputException($"{path} is {found} to {network.OutputLength()}; {profile.Path} is {input} to {_output.Length}.");
        _runner = new FloatRunner(network);
    }

    public override void Dispose() => _runner.Dispose();

    protected override float[] Run(float[] input)
    {
        float[] planes = _runner.Run(input);
        int pixels = _output.Height * _output.Width;
        if (pixels == 1)
            return planes;
        var output = new float[planes.Length];
        for (int i = 0; i < planes.Length; i++)
            output[(i % pixels * _output.Channels) + (i / pixels)] = planes[i];
        return output;
    }
}

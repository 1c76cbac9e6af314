using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Tool.Compile;

namespace BitKernelGen.Tool.Executors;

/// <summary>The generated code, one sample after the other on one thread.</summary>
internal sealed class GeneratedExecutor(ProfileFile profile, Terminal terminal) : Executor
{
    private readonly InputNormalization _normalization = profile.Normalization;
    private readonly bool _takesBytes = profile.Network.Profile.Input.Mean.Count > 0;
    private readonly CompiledModel _compiled = profile.Compile(terminal);
    private IModel? _model;

    public IModel Model => _model ??= _compiled.Load(profile.WeightsPath);

    public override float[][] Run(IReadOnlyList<Sample> samples)
    {
        var outputs = new float[samples.Count][];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new float[Model.OutputLength];
            if (_takesBytes && samples[i].Bytes is { } bytes)
                Model.Run(bytes, outputs[i]);
            else
                Model.Run(_normalization.Apply(samples[i]), outputs[i]);
        }

        return outputs;
    }

    public override void Dispose()
    {
        _model?.Dispose();
        _compiled.Dispose();
    }
}

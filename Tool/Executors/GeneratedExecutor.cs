using BitKernelGen.Tool.Compile;

namespace BitKernelGen.Tool.Executors;

/// <summary>The generated code.</summary>
internal sealed class GeneratedExecutor : Executor
{
    private readonly CompiledModel _compiled;

    public GeneratedExecutor(ProfileFile profile, Terminal terminal)
        : base(profile)
    {
        _compiled = profile.Compile(terminal);
        Model = _compiled.Load(profile.WeightsPath);
    }

    public IModel Model { get; }

    public override void Dispose()
    {
        Model.Dispose();
        _compiled.Dispose();
    }

    protected override float[] Run(byte[] input)
    {
        var output = new float[Model.OutputLength];
        Model.Run(input, output);
        return output;
    }

    protected override float[] Run(float[] input)
    {
        var output = new float[Model.OutputLength];
        Model.Run(input, output);
        return output;
    }
}

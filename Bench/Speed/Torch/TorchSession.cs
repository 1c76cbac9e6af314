using BitKernelGen.Calibration.Onnx;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BitKernelGen.Bench.Speed.Torch;

/// <summary>A network in libtorch on one thread, in both of its forms.</summary>
internal sealed class TorchSession : IDisposable
{
    /// <summary>How far off an output may be, as a part of the largest one.</summary>
    private const float Tolerance = 1e-4f;

    private readonly IDisposable _inference = inference_mode();
    private readonly Tensor _input;
    private readonly TorchLayer[] _layers;
    private readonly EagerNetwork _eager;
    private readonly ScriptNetwork _script;

    static TorchSession()
    {
        set_num_threads(1);
        set_num_interop_threads(1);
    }

    /// <param name="network">The network.</param>
    /// <param name="input">Its input, channels innermost.</param>
    public TorchSession(FloatNetwork network, float[] input)
    {
        _input = TorchLayer.Input(network, input);
        _layers = TorchLayer.Of(network);
        _eager = new EagerNetwork(_layers, _input);
        _script = new ScriptNetwork(_layers, _input);
    }

    /// <summary>Runs of the network.</summary>
    public IReadOnlyList<Action> Forms => [_eager.Run, _script.Run];

    /// <summary>Runs both forms.</summary>
    /// <param name="expected">What another program puts out for the input.</param>
    /// <exception cref="InvalidOperationException">A form puts out something else.</exception>
    public void Check(float[] expected)
    {
        _eager.Run();
        _script.Run();
        using Tensor right = tensor(expected, [1, expected.Length]);
        foreach (Tensor output in new[] { _eager.Output, _script.Output })
        {
            if (!allclose(output, right, rtol: 0, atol: Tolerance * expected.Max(MathF.Abs)))
                throw new InvalidOperationException("libtorch puts out something else than ONNX Runtime.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _eager.Dispose();
        _script.Dispose();
        Array.ForEach(_layers, layer => layer.Dispose());
        _input.Dispose();
        _inference.Dispose();
    }
}

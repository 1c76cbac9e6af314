using System.Text;
using BitKernelGen.Profiles;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BitKernelGen.Bench.Speed.Torch;

/// <summary>
/// The network as one TorchScript function of oneDNN's convolutions, their weights in the order that it chooses, relu fused. Only
/// scripts can name these operators.
/// </summary>
internal sealed class ScriptNetwork : IDisposable
{
    private readonly jit.ScriptModule _module;
    private readonly object[] _input;

    /// <param name="layers">The network.</param>
    /// <param name="input">Its input.</param>
    public ScriptNetwork(TorchLayer[] layers, Tensor input)
    {
        _module = jit.load(ScriptArchive.Of(SourceOf(layers)));
        _input = [input];
        Tensor[] weights = [.. layers.Where(layer => layer.Weights is not null).SelectMany(layer => new[] { layer.Weights!, layer.Bias! })];
        _module.invoke("prepare", [weights]);
    }

    /// <summary>What the last run put out.</summary>
    public Tensor Output { get; private set; } = empty(0);

    public void Run()
    {
        Output.Dispose();
        Output = (Tensor)_module.invoke("forward", _input);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Output.Dispose();
        _module.Dispose();
    }

    private static string SourceOf(TorchLayer[] layers)
    {
        var prepare = new StringBuilder();
        var forward = new StringBuilder();
        int weights = 0;
        for (int i = 0; i < layers.Length; i++)
        {
            TorchLayer layer = layers[i];
            string output = Expression(layer, $"w[{weights}]", $"w[{weights + 1}]");
            forward.Append($"    v{i + 1} = {(layer.IsRelu && layer.Spec.Op != LayerOp.Conv ? $"torch.relu_({output})" : output)}\n");
            if (layer.Weights is null)
                continue;
            prepare.Append($"    w{weights} = torch.append(self.w, {Prepared(layer, $"w[{weights}]")})\n");
            prepare.Append($"    w{weights + 1} = torch.append(self.w, w[{weights + 1}])\n");
            weights += 2;
        }

        return $"""
            class {ScriptArchive.Class}(Module):
              __parameters__ = []
              __buffers__ = []
              w : List[Tensor]
              def prepare(self: __torch__.{ScriptArchive.Class}, w: List[Tensor]) -> NoneType:
            {prepare}    return None
              def forward(self: __torch__.{ScriptArchive.Class}, v0: Tensor) -> Tensor:
                w = self.w
            {forward}    return v{layers.Length}

            """;
    }

    /// <summary>A layer's weights as its operator takes them.</summary>
    private static string Prepared(TorchLayer layer, string weights) => layer.Spec.Op == LayerOp.Conv
        ? $"ops.mkldnn._reorder_convolution_weight({weights}, {List(layer.Padding)}, {List(layer.Stride)}, [1, 1], 1, {List(layer.InputShape)})"
        : weights;

    private static string Expression(TorchLayer layer, string weights, string bias)
    {
        string input = $"v{layer.Inputs[0]}", flat = $"torch.reshape(torch.permute({input}, [0, 2, 3, 1]), [1, -1])";
        return layer.Spec.Op switch
        {
            LayerOp.Conv =>
                $"ops.mkldnn._convolution_pointwise({input}, {weights}, {bias}, {List(layer.Padding)}, {List(layer.Stride)}, [1, 1], 1, "
                + $"\"{(layer.IsRelu ? "relu" : "none")}\", annotate(List[Optional[number]], []), \"\")",
            LayerOp.Dense => $"torch.addmm({bias}, {(layer.FlattensInput ? flat : input)}, {weights})",
            LayerOp.Add => $"torch.add({input}, v{layer.Inputs[1]})",
            LayerOp.MaxPool => $"torch.max_pool2d({input}, {List(layer.Kernel)}, {List(layer.Stride)}, {List(layer.Padding)})",
            LayerOp.GlobalAvgPool => $"torch.mean({input}, [2, 3])",
            LayerOp.Subsample => $"torch.slice(torch.slice({input}, 2, None, None, {layer.Stride[0]}), 3, None, None, {layer.Stride[1]})",
            LayerOp.PadChannels => $"torch.constant_pad_nd({input}, [0, 0, 0, 0, {string.Join(", ", layer.Spec.PadChannels)}])",
            _ => flat,
        };
    }

    private static string List(long[] values) => $"[{string.Join(", ", values)}]";
}

using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Which channels of which tensors can be scaled, and which must be scaled alike: those that an addition, a pool or a move
/// connects. A product separates its input from its output, since its weights can take up the scale of both.
/// </summary>
internal sealed class ChannelClasses
{
    private readonly FloatNetwork _network;
    private readonly Dictionary<string, int> _first = [];
    private readonly int[] _parent;
    private readonly bool[] _isFixed;

    public ChannelClasses(FloatNetwork network)
    {
        _network = network;
        int count = 0;
        foreach (string tensor in network.Layers.Select(layer => layer.Spec.Name).Prepend("input"))
        {
            _first[tensor] = count;
            count += ChannelsOf(tensor);
        }

        _parent = [.. Enumerable.Range(0, count)];
        _isFixed = new bool[count];
        Fix("input");
        Fix(network.Output);
        foreach (FloatLayer layer in network.Layers)
            Connect(layer);
    }

    /// <summary>Classes, at most: <see cref="Of"/> is below.</summary>
    public int Count => _parent.Length;

    /// <summary>The class of a tensor's channel; null where it can't be scaled.</summary>
    public int? Of(string tensor, int channel)
    {
        int root = Root(_first[tensor] + channel);
        return _isFixed[root] ? null : root;
    }

    private void Connect(FloatLayer layer)
    {
        LayerSpec spec = layer.Spec;
        // Only what is positively homogeneous passes a scale on.
        if (spec.Activation is not (Activation.None or Activation.Relu))
            Fix(spec.Name);
        Shape[] inputs = [.. spec.Inputs.Select(name => Shape.Of(_network, name))];
        int channels = inputs[0].Channels;
        switch (spec.Op)
        {
            case LayerOp.Conv or LayerOp.Dense when layer.Weights.Length == layer.Channels * Geometry.Of(_network, layer).Columns:
            case LayerOp.Depthwise when layer.Channels == channels:
                break;
            case LayerOp.Add:
            case LayerOp.MaxPool or LayerOp.AvgPool or LayerOp.GlobalAvgPool or LayerOp.Subsample:
                foreach (string input in spec.Inputs)
                    Join(input, spec.Name, channels, channel => channel);
                break;
            case LayerOp.Flatten:
                for (int pixel = 0; pixel < inputs[0].Height * inputs[0].Width; pixel++)
                {
                    int at = pixel * channels;
                    Join(spec.Inputs[0], spec.Name, channels, channel => at + channel);
                }

                break;
            case LayerOp.PadChannels:
                Join(spec.Inputs[0], spec.Name, channels, channel => spec.PadChannels[0] + channel);
                break;
            case LayerOp.Concat:
                int before = 0;
                for (int i = 0; i < inputs.Length; i++)
                {
                    int at = before;
                    Join(spec.Inputs[i], spec.Name, inputs[i].Channels, channel => at + channel);
                    before += inputs[i].Channels;
                }

                break;
            default:
                foreach (string tensor in spec.Inputs)
                    Fix(tensor);
                Fix(spec.Name);
                break;
        }
    }

    private int ChannelsOf(string tensor) => Shape.Of(_network, tensor).Channels;

    private void Fix(string tensor)
    {
        for (int channel = 0; channel < ChannelsOf(tensor); channel++)
            _isFixed[Root(_first[tensor] + channel)] = true;
    }

    private void Join(string from, string to, int channels, Func<int, int> target)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            int a = Root(_first[from] + channel), b = Root(_first[to] + target(channel));
            _parent[a] = b;
            _isFixed[b] |= _isFixed[a];
        }
    }

    private int Root(int node)
    {
        while (_parent[node] != node)
            node = _parent[node] = _parent[_parent[node]];
        return node;
    }
}

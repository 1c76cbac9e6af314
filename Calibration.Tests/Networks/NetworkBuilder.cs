using System.Security.Cryptography;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Profiles;

namespace BitKernelGen.TestNetworks;

/// <summary>A network with its weights.</summary>
internal sealed record TestNetwork(Network Network, byte[] Weights)
{
    public BitProfile Profile => Network.Profile;

    public ReferenceExecutor Reference => new(Network, SafeTensors.Read(Weights));
}

/// <summary>Makes networks in code, a layer at a time.</summary>
internal sealed class NetworkBuilder
{
    private readonly InputSpec _input;
    private readonly List<LayerSpec> _layers = [];
    private readonly WeightsWriter _weights = new();

    public NetworkBuilder(InputSpec input)
    {
        _input = input;
        var probe = new LayerSpec { Name = "probe", Op = LayerOp.Dense, Inputs = new("input"), Channels = 1, Weight = new(1) };
        Tensors = [Resolve("Probe", [probe]).Tensors[0]];
    }

    /// <summary>The tensors so far.</summary>
    public List<Tensor> Tensors { get; }

    /// <summary>Adds a layer that reads what <see cref="LayerSpec.Inputs"/> say.</summary>
    public Tensor Add(LayerSpec layer)
    {
        _layers.Add(layer);
        Tensors.Add(Resolve("Partial", _layers).Tensors[^1]);
        return Tensors[^1];
    }

    /// <summary>Adds a layer with weights, [outputs, rows, columns, channels].</summary>
    public Tensor Add(LayerSpec layer, sbyte[] values, float[] scale, float[] bias, float[]? slopes = null)
    {
        _weights.Add(layer.Name, values, layer.Weight!.Bits, scale, bias);
        if (slopes is not null)
            _weights.AddSlopes(layer.Name, slopes);
        return Add(layer);
    }

    /// <summary>The network whose output is the last layer's.</summary>
    public TestNetwork Build(string name = "Net", Preference prefer = Preference.Speed) => new(Resolve(name, _layers, prefer), _weights.ToArray());

    private Network Resolve(string name, IReadOnlyList<LayerSpec> layers, Preference prefer = Preference.Speed)
    {
        var profile = new BitProfile
        {
            Name = name,
            Prefer = prefer,
            Weights = new WeightsReference($"{name}.safetensors", Convert.ToHexStringLower(SHA256.HashData(_weights.ToArray()))),
            Input = _input,
            Layers = new EquatableArray<LayerSpec>(layers),
            Output = new OutputSpec(layers[^1].Name, default),
        };
        Resolution resolution = NetworkResolver.Resolve(profile);
        return resolution.Network
            ?? throw new InvalidOperationException(string.Join('\n', resolution.Issues.Select(issue => $"{issue.Id} {issue.Key}: {issue.Message}")));
    }
}

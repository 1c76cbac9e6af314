using BitKernelGen.Calibration.Export;
using BitKernelGen.Tool;
using BitKernelGen.Tool.Timing;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Bench.Speed;

/// <summary>The programs that a network is compared with, on one thread.</summary>
internal static partial class Peers
{
    /// <summary>The name of the peer that only some builds have.</summary>
    public const string Torch = "libtorch fp32";

    /// <summary>Loads a network into each of them.</summary>
    /// <param name="network">The network.</param>
    /// <param name="profile">Its profile, whose 8-bit peer is one of them.</param>
    /// <param name="input">What they all read, channels innermost.</param>
    public static IReadOnlyList<Peer> Open(SpeedNetwork network, ProfileFile profile, float[] input)
    {
        byte[] model = File.ReadAllBytes(network.Model);
        OnnxSession Session(string name, byte[] bytes)
        {
            var session = new OnnxSession(name, bytes, 1);
            session.SetInput(input, profile.Network.Tensors[0].Channels);
            session.Run();
            return session;
        }

        OnnxSession fp32 = Session(network.Model, model);
        var peers = new List<Peer> { Named("ONNX Runtime fp32", fp32) };
        AddTorch(model, input, fp32.Output, peers);
        peers.Add(Named("ONNX Runtime int8", Session("the 8-bit peer", EightBitPeer.Export(profile.Network, profile.ReadWeights()))));
        return peers;
    }

    private static Peer Named(string name, OnnxSession session) => new(name, $"ONNX Runtime {SpeedTable.VersionOf(typeof(InferenceSession))}", [session.Run], session);

    /// <summary>Adds libtorch, in a build that has it.</summary>
    /// <param name="model">The ONNX model.</param>
    /// <param name="input">What it reads, channels innermost.</param>
    /// <param name="expected">What it must put out.</param>
    /// <param name="peers">Where to.</param>
    static partial void AddTorch(byte[] model, float[] input, float[] expected, ICollection<Peer> peers);
}

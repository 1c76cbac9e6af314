using BitKernelGen.Bench.Speed.Torch;
using BitKernelGen.Calibration.Onnx;
using TorchSharp;

namespace BitKernelGen.Bench.Speed;

/// <content>libtorch among them.</content>
internal static partial class Peers
{
    static partial void AddTorch(byte[] model, float[] input, float[] expected, ICollection<Peer> peers)
    {
        var session = new TorchSession(OnnxImporter.Import(model), input);
        session.Check(expected);
        string program = $"libtorch {Version.Parse(torch.__version__).ToString(3)} (TorchSharp {SpeedTable.VersionOf(typeof(torch))})";
        peers.Add(new Peer(Torch, program, session.Forms, session));
    }
}

using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Tests.Onnx;
using BitKernelGen.Fuzz.Mutation;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>The ONNX importer.</summary>
internal sealed class OnnxTarget : FuzzTarget
{
    public override string Name => "onnx";

    public override long Multiple => 500;

    public override long Floor => 256 << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. SmallNetworks.All.Values.Select(make => make()), FuzzNetwork.Onnx()];

    public override bool Read(byte[] input)
    {
        try
        {
            return OnnxImporter.Import(input).Layers.Count > 0;
        }
        catch (OnnxImportException)
        {
            return false;
        }
    }

    public override byte[] Mutate(byte[] input, Random random) => OnnxMutator.Mutate(input, random);
}

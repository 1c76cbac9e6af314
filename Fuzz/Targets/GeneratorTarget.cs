using System.Text;
using BitKernelGen.Profiles.Tests.Reading;
using BitKernelGen.Tool.Compile;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>The whole generator: whatever a profile says, the build gets sources or located errors.</summary>
internal sealed class GeneratorTarget : FuzzTarget
{
    public override string Name => "generator";

    public override long Multiple => 20_000;

    public override long Floor => 64 << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } = [Encoding.UTF8.GetBytes(Samples.Tiny), Encoding.UTF8.GetBytes(FuzzNetwork.Fast.Text)];

    public override bool Read(byte[] input) => !ModelCompiler.Generate(Encoding.UTF8.GetString(input), "Fuzz.bitprofile").HasErrors;

    public override byte[] Mutate(byte[] input, Random random) => ProfileTarget.MutateText(input, random);
}

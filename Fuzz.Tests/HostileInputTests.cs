extern alias generator;

using generator::BitKernelGen.Generator.Planning;
using generator::BitKernelGen.Profiles;

namespace BitKernelGen.Fuzz.Tests;

/// <summary>Whatever bytes a reader is given: an answer or a documented exception, in time, within memory. See docs/hostile-input.md.</summary>
public class HostileInputTests
{
    public static TheoryData<string> Targets => new(AllTargets.List.Select(target => target.Name));

    public static TheoryData<string, string> Findings
    {
        get
        {
            var findings = new TheoryData<string, string>();
            string root = Path.Combine(AppContext.BaseDirectory, "Findings");
            foreach (string file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                findings.Add(Path.GetFileName(Path.GetDirectoryName(file))!, Path.GetFileName(file));
            return findings;
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void SeedsAreAccepted(string name)
    {
        FuzzTarget target = AllTargets.Find(name);

        // TOML without meaning is there for its syntax.
        int refused = target.Seeds.Count(seed => !MutationRun.Check(target, seed));
        Assert.Equal(name == "profile" ? 1 : 0, refused);
    }

    /// <summary>Hostile weights meet every way in which layers keep and read them.</summary>
    [Fact]
    public void TheNetworksTakeEveryStrategy()
    {
        Step[] steps = [.. new[] { FuzzNetwork.Fast, FuzzNetwork.Small }.SelectMany(network => Planner.Plan(ProfileReader.Read(network.Text).Network!).Steps)];
        Strategy[] strategies = [.. steps.Select(step => step.Kernel).OfType<ProductKernel>().SelectMany(kernel => new[] { Isa.Vbmi, Isa.Avx2 }.Select(kernel.Strategy))];

        foreach (bool isPacked in (bool[])[false, true])
            Assert.Contains(strategies.OfType<WinogradTile>(), tile => tile.IsPacked == isPacked);
        Assert.Contains(strategies.OfType<WinogradTile>(), tile => tile.IsHalved);
        Assert.Contains(strategies, strategy => strategy is ActivationTableTile);
        Assert.Contains(steps, step => step.Band is not null);
        Assert.Contains(steps, step => step.Layer.Spec.Op == LayerOp.Mul);
        Assert.Contains(steps, step => step.Outputs.Any(output => output.Code is { IsEven: false }));
        foreach (Type kernel in new[] { typeof(ProductKernel), typeof(GatheredKernel), typeof(DepthwiseKernel) })
            Assert.Contains(steps, step => step.Kernel.GetType() == kernel);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void MutationsKeepThePromises(string name)
    {
        var run = new MutationRun(AllTargets.Find(name), seed: 1);
        int count = name switch { "generator" => 40, "weights" => 150, "weights-small" => 60, "images" or "labels" or "onnx" => 1500, _ => 3000 };

        run.Run(count);

        // Some are read and some are not, or the mutations would test nothing.
        Assert.Equal(count, run.Inputs);
        Assert.InRange(run.Accepted, 1, count - 1);
    }

    /// <summary>What has been found before.</summary>
    [Theory]
    [MemberData(nameof(Findings))]
    public void FindingsKeepThePromises(string target, string file) =>
        MutationRun.Check(AllTargets.Find(target), File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Findings", target, file)));

    [Theory]
    [MemberData(nameof(Targets))]
    public void NothingAndNoiseAreRefused(string name)
    {
        FuzzTarget target = AllTargets.Find(name);
        var noise = new byte[5000];
        new Random(5).NextBytes(noise);

        Assert.False(MutationRun.Check(target, []));
        Assert.False(MutationRun.Check(target, noise));
    }
}

extern alias generator;

using BitKernelGen.Conformance;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;
using generator::BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Tests;

/// <summary>The conformance program: its golden file, what its networks cover, and its runs on less than this machine has.</summary>
public class ConformanceTests
{
    private static readonly Lazy<TestNetwork[]> All = new(ConformanceNetworks.Read);

    [Fact]
    public void TheGoldenFileIsTheReferenceExecutors()
    {
        string text = string.Concat(All.Value.Select(network => $"{network.Profile.Name} {ConformanceNetworks.Fingerprint(network)}\n"));
        if (Environment.GetEnvironmentVariable("SNAPSHOT_ACCEPT") == "1")
            File.WriteAllText(ConformanceNetworks.GoldenFile, text);

        Assert.Equal(text, File.ReadAllText(ConformanceNetworks.GoldenFile));
    }

    [Fact]
    public void TheProgramRunsAllNetworks() =>
        Assert.Equal(All.Value.Select(network => network.Profile.Name), Networks.All.Select(network => network.Name));

    [Fact]
    public void TheNetworksHaveEverything()
    {
        LayerSpec[] layers = [.. All.Value.SelectMany(network => network.Profile.Layers)];
        Code[] codes = [.. All.Value.SelectMany(network => network.Network.Tensors).SelectMany(tensor => new[] { tensor.Code, tensor.Skip }).OfType<Code>()];
        InputSpec[] inputs = [.. All.Value.Select(network => network.Profile.Input)];

        Assert.Empty(Enum.GetValues<LayerOp>().Except(layers.Select(layer => layer.Op)));
        Assert.Empty(Enum.GetValues<Activation>().Except(layers.Select(layer => layer.Activation)));
        Assert.Empty(Enumerable.Range(1, 8).Except(layers.Select(layer => layer.Weight?.Bits ?? 0)));
        Assert.Empty(Enumerable.Range(1, 8).Except(codes.Select(code => code.Bits)));
        Assert.Contains(codes, code => !code.IsEven);
        Assert.Contains(codes, code => code.Zero > 0);
        Assert.Contains(layers, layer => layer.Skip is not null && layer.Code is not null);
        Assert.Contains(layers, layer => layer.Groups > 1);
        Assert.Contains(layers, layer => layer.Op == LayerOp.Conv && layer.Dilation.Any(step => step > 1));
        Assert.Contains(layers, layer => layer.Op == LayerOp.Depthwise && layer.Dilation.Any(step => step > 1));
        Assert.Contains(inputs, input => input.Mean.Count > 0);
        Assert.Contains(inputs, input => input.Gain.Count > 0);
        Assert.Contains(inputs, input => input.Zeros.Count > 0);
    }

    /// <summary>Every strategy, every way to accumulate and every kernel, on each instruction set that has it.</summary>
    [Fact]
    public void TheNetworksTakeEveryStrategy()
    {
        Step[] steps = [.. All.Value.SelectMany(network => TestPlans.Of(network).Steps)];

        foreach (Isa isa in Isa.All)
        {
            Strategy[] strategies = [.. steps.Select(step => step.Kernel is GatheredKernel gathered ? gathered.Product : step.Kernel).OfType<ProductKernel>().Select(kernel => kernel.Strategy(isa))];
            WinogradTile[] winograd = [.. strategies.OfType<WinogradTile>()];
            Assert.Equal(WaysOf(isa), strategies.OfType<ProductTile>().Select(tile => tile.Accumulation).Distinct().Order());
            foreach (bool isPacked in (bool[])[false, true])
                Assert.Equal(isa.HasWinograd ? [2, 4] : [], winograd.Where(tile => tile.IsPacked == isPacked).Select(tile => tile.Size).Distinct().Order());
            Assert.Equal(isa == Isa.Avx512, winograd.Any(tile => tile.WidensLast));
            Assert.Equal(isa.HasWinograd ? [false, true] : [], winograd.Where(tile => tile.IsHalved).Select(tile => tile.IsPacked).Distinct().Order());
            Assert.Equal(isa.HasWinograd, strategies.OfType<ProductTile>().Any(tile => tile.IsPacked));
            Assert.Equal(isa.LooksUp ? [1, 2, 3, 4] : [], strategies.OfType<WeightTableTile>().Select(tile => tile.Planes).Distinct().Order());
        }

        ProductKernel[] tables = [.. steps.Select(step => step.Kernel).OfType<ProductKernel>().Where(kernel => kernel.Strategy(Isa.Vbmi) is ActivationTableTile)];
        Assert.Equal([1, 2], tables.Select(kernel => kernel.WeightBits).Distinct().Order());
        Assert.Equal([1, 3], tables.Select(kernel => kernel.MaxLevel).Distinct().Order());

        Type[] kernels = [.. typeof(Kernel).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Kernel)))];
        Assert.Empty(kernels.Except(steps.Select(step => step.Kernel.GetType())));
        Assert.Contains(steps, step => step.Fused is not null);
        Assert.Contains(steps, step => step.Band is not null);
        foreach (Form form in TestPlans.OfSums)
            Assert.Contains(steps, step => step.IsInPlace(form));
    }

    [SkippableTheory]
    [MemberData(nameof(MachineProcess.InstructionSets), MemberType = typeof(MachineProcess))]
    public void TheProgramHasTheReferencesBits(string instructionSet, string[] switchedOff)
    {
        MachineProcess.SkipWithout(instructionSet);

        string output = MachineProcess.Run(typeof(Networks).Assembly.Location, [], switchedOff);

        Assert.Contains($"{All.Value.Length} networks on {instructionSet}, 0 differ from the reference.", output);
    }

    private static Accumulation[] WaysOf(Isa isa) =>
        isa.MultipliesBytes ? [Accumulation.Deep, Accumulation.Short, Accumulation.Wide]
        : isa.MultipliesSignedBytes ? [Accumulation.Dot]
        : isa == Isa.PackedSimd ? [Accumulation.Wide]
        : [Accumulation.Portable];
}

extern alias generator;

using System.Reflection;
using BitKernelGen.Execution;
using BitKernelGen.Packing;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;
using generator::BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Tests;

/// <summary>Generated code equals the reference executor bit for bit, and does what its documentation promises.</summary>
[Collection(CompiledNetworksCollection.Name)]
public class DifferentialTests(CompiledNetworks compiled)
{
    [Fact]
    public void GeneratedCodeEqualsTheReference() => Assert.Empty(Differential.Mismatches(compiled.Networks, compiled.Compiled));

    [Fact]
    public void EveryOperationIsTested() =>
        Assert.Empty(Enum.GetValues<LayerOp>().Except(compiled.Networks.SelectMany(network => network.Profile.Layers).Select(layer => layer.Op)));

    [Fact]
    public void EveryActivationIsTested() => Assert.Empty(
        Enum.GetValues<Activation>().Except(compiled.Networks.SelectMany(network => network.Profile.Layers).Select(layer => layer.Activation)));

    [Theory]
    [InlineData("AVX-512")]
    [InlineData("AVX2")]
    [InlineData("SSE4.1")]
    public void EveryWayToAccumulateIsTested(string instructionSet)
    {
        string[] ways = [.. compiled.Networks.SelectMany(network => TestPlans.Of(network).Steps)
            .Select(step => step.Kernel)
            .OfType<ProductKernel>()
            .Select(kernel => (Kernel: kernel, Tile: kernel.Strategy(Isa.All.Single(isa => isa.Display == instructionSet)) as ProductTile))
            .Where(pair => pair.Tile is not null)
            .Select(pair => (pair.Kernel, Tile: pair.Tile!))
            .Select(pair => pair.Tile.Accumulation switch
            {
                Accumulation.Deep when pair.Tile.ChunkRows >= pair.Kernel.KernelHeight => "whole window",
                Accumulation.Deep when pair.Tile.ChunkRows > 1 => "several rows",
                Accumulation.Deep when pair.Tile.ChunkRows == 1 => "one row",
                Accumulation.Deep => "part of a row",
                Accumulation.Wide when pair.Kernel.WideRows(pair.Tile) < pair.Kernel.OutputHeight => "wide, in parts",
                _ => pair.Tile.Accumulation.ToString(),
            })
            .Distinct()
            .Order()];
        Assert.Equal(["Short", "Wide", "one row", "part of a row", "several rows", "whole window", "wide, in parts"], ways.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("AVX-512", 1, 2, 3, 4, 5, 6, 7)]
    [InlineData("AVX2", 1, 2, 4)]
    public void TilesOfEveryPackingAreTested(string instructionSet, params int[] widths)
    {
        Isa isa = Isa.All.Single(isa => isa.Display == instructionSet);
        IEnumerable<int> bits = compiled.Networks.SelectMany(network => TestPlans.Of(network).Steps).Select(step => step.Kernel).OfType<ProductKernel>()
            .Where(kernel => kernel.Strategy(isa) is ProductTile { IsPacked: true }).Select(kernel => kernel.WeightBits);
        Assert.Equal(widths, bits.Distinct().Order());
    }

    [Theory]
    [InlineData("AVX-512")]
    [InlineData("AVX2")]
    public void EverySizeOfTileIsTested(string instructionSet)
    {
        WinogradTile[] tiles = [.. compiled.Networks.SelectMany(network => TestPlans.Of(network).Steps)
            .Select(step => step.Kernel)
            .OfType<ProductKernel>()
            .Select(kernel => kernel.Strategy(Isa.All.Single(isa => isa.Display == instructionSet)))
            .OfType<WinogradTile>()];
        foreach (int size in (int[])[2, 4])
        {
            Assert.Contains(tiles, tile => tile.Size == size && tile.AllTiles > tile.Tiles && tile.AllTiles % tile.Tiles != 0);
            Assert.Contains(tiles, tile => tile.Size == size && tile.PaddedOutputs > tile.PanelOutputs && tile.Vectors > 1);
            Assert.Contains(tiles, tile => tile.Size == size && tile.TileBytes > tile.DataVectorBytes);
            Assert.Contains(tiles, tile => tile.Size == size && tile.IsPacked);
        }

        foreach (bool isPacked in (bool[])[false, true])
            Assert.Contains(tiles, tile => tile.IsHalved && tile.IsPacked == isPacked && tile.AllTiles > tile.Tiles);
    }

    [Fact]
    public void EveryShapeOfTableTileIsTested()
    {
        (ProductKernel Kernel, ActivationTableTile Tile)[] kernels = [.. compiled.Networks.SelectMany(network => TestPlans.Of(network).Steps)
            .Select(step => step.Kernel)
            .OfType<ProductKernel>()
            .Where(kernel => kernel.Strategy(Isa.Vbmi) is ActivationTableTile)
            .Select(kernel => (kernel, (ActivationTableTile)kernel.Strategy(Isa.Vbmi)))];
        Assert.Contains(kernels, pair => pair.Tile.FinishesTiles(pair.Kernel.Epilogue) && pair.Kernel.Epilogue.Residual is not null);
        Assert.Contains(kernels, pair => pair.Tile.FinishesTiles(pair.Kernel.Epilogue) && pair.Tile.Vectors > 1);
        Assert.Contains(kernels, pair => !pair.Tile.FinishesTiles(pair.Kernel.Epilogue) && pair.Tile.Panels > 1);
        Assert.Contains(kernels, pair => pair.Tile.TileRows * pair.Tile.Rows > pair.Kernel.OutputHeight && pair.Tile.TileRows > 1);
        Assert.Contains(kernels, pair => pair.Tile.TileColumns * pair.Tile.Columns > pair.Kernel.OutputWidth && pair.Tile.TileColumns > 1);
        Assert.Contains(kernels, pair => pair.Tile.StripTileRows(pair.Kernel.InputRowBytes) < pair.Tile.TileRows);
        Assert.Contains(kernels, pair => pair.Tile.Chunks == 1);
        Assert.Contains(kernels, pair => pair.Tile.Chunks * pair.Tile.GroupsPerChunk > pair.Tile.Groups && pair.Tile.Chunks > 1);
    }

    [Theory]
    [InlineData("AVX-512")]
    [InlineData("AVX2")]
    [InlineData("SSE4.1")]
    [InlineData("AdvSimd dot product")]
    [InlineData("AdvSimd")]
    [InlineData("PackedSimd")]
    public void EveryShapeOfWeightTableTileIsTested(string instructionSet)
    {
        Isa isa = Isa.All.Single(isa => isa.Display == instructionSet);
        (WeightTableTile Tile, WeightTableImage Image)[] all = [.. compiled.Networks.SelectMany(network => TestPlans.Of(network).Steps)
            .Select(step => step.Kernel)
            .OfType<ProductKernel>()
            .Where(kernel => kernel.Strategy(isa) is WeightTableTile)
            .Select(kernel => ((WeightTableTile)kernel.Strategy(isa), ((WeightTableTile)kernel.Strategy(isa)).Image(kernel.InputRowBytes)))];
        Assert.Equal([1, 2, 3, 4], all.Select(pair => pair.Tile.Planes).Distinct().Order());
        Assert.Equal([1, 2, 3, 4, 5, 6], all.Select(pair => pair.Tile.Weight.Bits).Distinct().Order());
        Assert.Contains(all, pair => pair.Tile.Vectors > 1 && pair.Image.Blocks > pair.Image.Strips);
        Assert.Contains(all, pair => pair.Image.Strips > 1 && pair.Tile.Height % pair.Image.Rows > 0);
        Assert.Contains(all, pair => pair.Image.Strips > 1 && !pair.Image.IsFlat);
        Assert.Contains(all, pair => pair.Tile.Passes > 1);
        Assert.Contains(all, pair => pair.Tile.Chunks == 1);
        Assert.Contains(all, pair => pair.Tile.Chunk.Groups > 1 && pair.Tile.Groups % pair.Tile.Chunk.Groups > 0 && pair.Tile.Chunks > 1);
        Assert.Contains(all, pair => pair.Tile.Chunk.Rows < pair.Tile.Window.KernelHeight && pair.Tile.Chunk.Columns == pair.Tile.Window.KernelWidth);
        Assert.Contains(all, pair => pair.Tile.Chunk.Columns < pair.Tile.Window.KernelWidth);
        Assert.Contains(all, pair => pair.Tile.Overhang > 0);
        Assert.Contains(all, pair => pair.Tile.Channels % 4 > 0 && pair.Tile.OutputChannels % pair.Tile.PanelOutputs > 0);
    }

    [Fact]
    public void EveryWayToShareMemoryIsTested()
    {
        Step[] steps = [.. compiled.Networks.SelectMany(network => TestPlans.Of(network).Steps)];
        Assert.Equal(2, steps.Select(step => step.Band).OfType<Band>().Distinct().Count());
        Assert.Contains(steps, step => step.Band is not null && step.IsInPlace(Form.Skip));
        foreach (Form form in TestPlans.OfSums)
            Assert.Contains(steps, step => step.IsInPlace(form));
    }

    /// <summary>What a model says that it keeps is what it allocated.</summary>
    [Fact]
    public void BytesAreThoseThatAreResident()
    {
        foreach (TestNetwork network in compiled.Networks)
        {
            IModel model = compiled.Compiled.Load(network);
            model.Run(new float[model.InputLength], new float[model.OutputLength]);
            object? Field(string name) => model.GetType().GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(model);
            Assert.Equal(model.Info.WeightBytes, ((PackedWeights)Field("_weights")!).Bytes);
            Assert.Equal(model.Info.ArenaBytes, ((WorkspacePool)Field("_workspaces")!).Bytes);
        }
    }

    /// <summary>Within float32's bytes, or, where the network is so small that vectors alone take more, the fewest weights.</summary>
    [Fact]
    public void SpeedTakesNoMoreThanFloat32()
    {
        foreach (TestNetwork network in compiled.Networks)
        {
            Plan plan = TestPlans.Of(network), least = TestPlans.Of(network with { Network = network.Network with { Profile = network.Profile with { Prefer = Preference.Memory } } });
            foreach (Isa isa in Isa.All)
                Assert.True(plan.ResidentBytes(isa) <= plan.FloatBytes || plan.WeightBytes(isa) <= least.WeightBytes(isa), $"{network.Profile.Name} {isa.Name}");
        }
    }

    /// <summary>A plan for memory: no weight takes more than its bits, and nothing else is larger either.</summary>
    [Fact]
    public void MemoryIsNoLargerThanForSpeed()
    {
        foreach (TestNetwork network in compiled.Networks)
        {
            Plan[] plans = [.. Enum.GetValues<Preference>().Select(prefer => TestPlans.Of(network with
            {
                Network = network.Network with { Profile = network.Profile with { Prefer = prefer, Layers = new(network.Profile.Layers.Select(layer => layer with { KernelStrategy = "auto" })) } },
            }))];
            foreach (Isa isa in Isa.Machines)
            {
                Assert.True(plans[1].WeightBytes(isa) <= plans[0].WeightBytes(isa));
                Assert.True(plans[1].ResidentBytes(isa) <= plans[0].ResidentBytes(isa), $"{network.Profile.Name} {isa.Name}");
            }
        }
    }

    /// <summary>Weights that need more 16-bit sums than the profile's bounds promise.</summary>
    [SkippableTheory]
    [InlineData(2, 16)]
    [InlineData(4, 46)]
    public void WeightsBeyondTheBoundsAreRefused(int tile, int positions)
    {
        Skip.If(Machine.InstructionSet is not ("AVX-512" or "AVX2"), "This machine computes the layer without transforms.");
        TestNetwork network = compiled.Networks.Single(network => network.Profile.Name == $"Winograd{tile}Largest");
        sbyte[] weights = QuantizedLayer.Read(SafeTensors.Read(network.Weights), "first", 60, 9 * 68, 4).Values;
        int needed = WinogradWeights.Of(WinogradTransform.Of(tile), weights, 60, 68).Chunks(15)!.Sum(sizes => sizes.Length);
        TestNetwork With(string name, int promised) => network with
        {
            Network = network.Network with
            {
                Profile = network.Profile with
                {
                    Name = name,
                    Layers = new(network.Profile.Layers.Select(layer => layer.Name != "first" ? layer : layer with
                    {
                        Bounds = new BoundsSpec(210, 10, 100_000, tile == 2 ? promised : 0, tile == 4 ? promised : 0),
                    })),
                },
            },
        };
        TestNetwork enough = With("Enough", needed), less = With("TooFew", needed - 1);
        CompiledModels models = CompiledModels.Compile([enough, less], null);

        Assert.True(needed > positions);
        models.Load(enough).Dispose();
        WeightsException refusal = Assert.Throws<WeightsException>(() => models.Load(less));
        Assert.Contains($"Layer 'first': its kernel adds the products of F({tile}x{tile}) in {needed - 1} chunks of 16 bits, but these weights need {needed}.", refusal.Message);
    }

    [Fact]
    public void RunningAllocatesNothing()
    {
        foreach (TestNetwork network in compiled.Networks)
        {
            IModel model = compiled.Compiled.Load(network);
            var input = new float[model.InputLength];
            var output = new float[model.OutputLength];
            model.Run(input, output);

            long before = GC.GetAllocatedBytesForCurrentThread();
            model.Run(input, output);
            model.Run(input, output);

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void ThreadsDoNotDisturbEachOther()
    {
        foreach (TestNetwork network in compiled.Networks.Take(20))
        {
            IModel model = compiled.Compiled.Load(network);
            float[][] inputs = [.. Enumerable.Range(0, 8).Select(i => Enumerable.Repeat(i / 8f, model.InputLength).ToArray())];
            float[][] alone = [.. inputs.Select(input => Run(model, input))];
            var together = new float[64][];

            Parallel.For(0, together.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => together[i] = Run(model, inputs[i % 8]));

            for (int i = 0; i < together.Length; i++)
                Assert.Equal(Bits(alone[i % 8]), Bits(together[i]));
        }
    }

    [Fact]
    public void ANaNIsRefusedWhereverItIs()
    {
        IModel model = compiled.Compiled.Load(compiled.Networks[0]);
        var output = new float[model.OutputLength];
        foreach (int place in new[] { 0, 1, 15, 16, model.InputLength - 2, model.InputLength - 1 })
        {
            var input = new float[model.InputLength];
            input[place] = float.NaN;
            Assert.Throws<ArgumentException>(() => model.Run(input, output));
        }
    }

    [Fact]
    public void WrongLengthsAreRefused()
    {
        IModel model = compiled.Compiled.Load(compiled.Networks[0]);
        var input = new float[model.InputLength + 1];
        var output = new float[model.OutputLength + 1];

        Assert.Throws<ArgumentException>(() => model.Run(input, output.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => model.Run(input.AsSpan(2), output.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => model.Run(input.AsSpan(1), output));
        Assert.Throws<ArgumentException>(() => model.Run(input.AsSpan(1), output.AsSpan(2)));
        model.Run(input.AsSpan(1), output.AsSpan(1));
    }

    [Fact]
    public void BytesNeedMeanAndDeviation()
    {
        IModel model = compiled.Compiled.Load(compiled.Networks[0]);

        Assert.Throws<NotSupportedException>(() => model.Run(new byte[model.InputLength], new float[model.OutputLength]));
    }

    [Fact]
    public void ADisposedModelRefusesToRun()
    {
        IModel model = compiled.Compiled.Load(compiled.Networks[0]);
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Run(model, new float[model.InputLength]));
    }

    [Fact]
    public void OtherWeightsAreRefused()
    {
        TestNetwork network = compiled.Networks[0];
        byte[] weights = [.. network.Weights];
        weights[^1] ^= 1;

        WeightsException exception = Assert.Throws<WeightsException>(() => compiled.Compiled.Load(network.Profile.Name, weights));
        Assert.Contains("SHA-256", exception.Message);
    }

    /// <summary>The file is the profile's, but the profile claims more of it than is true.</summary>
    [SkippableFact]
    public void WeightsThatBreakTheBoundsAreRefused()
    {
        Skip.IfNot(Machine.InstructionSet is "AVX-512" or "AVX2" or "SSE4.1", "Kernels of other machines have no 16-bit sums to overflow.");
        var builder = new NetworkBuilder(new InputSpec { Shape = new(64), Code = new() { Bits = 4, Step = 1 } });
        builder.Add(
            new LayerSpec
            {
                Name = "dense",
                Op = LayerOp.Dense,
                Inputs = new("input"),
                Channels = 1,
                Weight = new(8),
                Bounds = new(30, 16, 15 * 64),
            },
            [.. Enumerable.Repeat((sbyte)127, 64)], [1], [0]);
        TestNetwork network = builder.Build("Broken");

        WeightsException exception = Assert.Throws<WeightsException>(() => CompiledModels.Compile([network]).Load(network));
        Assert.Contains("bounds", exception.Message);
    }

    /// <summary>Kernels that round before they limit rely on values that fit 32 bits.</summary>
    [Theory]
    [InlineData(1e3f, true)]
    [InlineData(1e6f, false)]
    public void ScalesBeyondWhatIsRoundedAreRefused(float scale, bool isLoaded)
    {
        var builder = new NetworkBuilder(new InputSpec { Shape = new(64), Code = new() { Bits = 4, Step = 1 } });
        builder.Add(
            new LayerSpec
            {
                Name = "dense",
                Op = LayerOp.Dense,
                Inputs = new("input"),
                Channels = 1,
                Weight = new(4),
                Code = new() { Bits = 4, Step = 1 },
            },
            [.. Enumerable.Repeat((sbyte)7, 64)], [scale], [0]);
        TestNetwork network = builder.Build(isLoaded ? "Rounded" : "NotRounded");
        CompiledModels models = CompiledModels.Compile([network]);

        if (isLoaded)
            models.Load(network).Dispose();
        else
            Assert.Contains("2²⁹ steps", Assert.Throws<WeightsException>(() => models.Load(network)).Message);
    }

    private static float[] Run(IModel model, float[] input)
    {
        var output = new float[model.OutputLength];
        model.Run(input, output);
        return output;
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}

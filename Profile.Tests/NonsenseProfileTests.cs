using static BitKernelGen.Profiles.Tests.Profiles;

namespace BitKernelGen.Profiles.Tests;

/// <summary>Resolving never throws, whatever code hands it, and what it lets pass holds together.</summary>
public class NonsenseProfileTests
{
    private static readonly int[] Numbers = [int.MinValue, -1, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 8, 17, 255, 65536, 1 << 26, int.MaxValue];
    private static readonly double[] Reals =
        [double.NaN, double.NegativeInfinity, -1, 0, double.Epsilon, 1e-300, 0.1, 0.5, 1, 1, 2, 4, 255, 1e300, double.MaxValue, double.PositiveInfinity];
    private static readonly float[] Steps = [float.NaN, -1, 0, float.Epsilon, 1e-38f, 0.1f, 0.1f, 0.1f, 1, 1, float.MaxValue, float.PositiveInfinity];

    [Fact]
    public void NeverThrows()
    {
        var random = new Random(3);
        for (int round = 0; round < 5_000; round++)
            Check(Nonsense(random));
    }

    [Fact]
    public void NeverThrowsOnSmallChanges()
    {
        var random = new Random(4);
        int resolved = 0;
        for (int round = 0; round < 5_000; round++)
        {
            LayerSpec[] layers =
            [
                Conv("a", "input") with { Pad = new(1, 1, 1, 1), Skip = Code(8) },
                Layer("b", LayerOp.Add, "a", "a") with { Code = Code() },
                Pool("c", "b"),
                Layer("d", LayerOp.Concat, "c", "c") with { Code = Code() },
                Dense("e", "d"),
            ];
            int changed = random.Next(layers.Length);
            LayerSpec other = NonsenseLayer(random, "e");
            layers[changed] = random.Next(10) switch
            {
                0 => layers[changed] with { Kernel = other.Kernel },
                1 => layers[changed] with { Stride = other.Stride },
                2 => layers[changed] with { Pad = other.Pad },
                3 => layers[changed] with { Code = other.Code },
                4 => layers[changed] with { Skip = other.Skip },
                5 => layers[changed] with { Bounds = other.Bounds },
                6 => layers[changed] with { Channels = other.Channels },
                7 => layers[changed] with { Op = other.Op },
                8 => layers[changed] with { Weight = other.Weight },
                _ => layers[changed] with { Inputs = other.Inputs },
            };
            resolved += Check(Of([7, 9, 3], layers)) ? 1 : 0;
        }

        Assert.InRange(resolved, 500, 4500);
    }

    [Fact]
    public void NothingAtAll()
    {
        Assert.Null(NetworkResolver.Resolve(null!).Network);
        BitProfile profile = Of([7, 9, 3], Conv("conv", "input"));
        Assert.False(Check(profile with { Name = null!, Input = null!, Layers = default, Output = null! }));
        Expect(profile with { Layers = new((LayerSpec)null!, profile.Layers[0]) }, "BKG003 0 name");
        Expect(profile with { Input = profile.Input with { Code = null! } }, "BKG003 -1 code");
        Expect(profile with { Input = null! }, "BKG003 -1 shape");
        Expect(profile with { Output = null! }, "BKG003 -2 from");
        Expect(profile with { Prefer = (Preference)2 }, "BKG006 -3 prefer");
        Expect(profile with { Layers = new(profile.Layers[0] with { Inputs = new((string)null!) }) }, "BKG007 0 input:0");
        Expect(profile with { Layers = new(profile.Layers[0] with { KernelStrategy = null! }) }, "BKG006 0 kernel-strategy");
        Expect(profile with { Layers = new(profile.Layers[0] with { Name = null! }) }, "BKG003 0 name", "BKG007 -2 from");
    }

    private static bool Check(BitProfile profile)
    {
        Resolution resolution = NetworkResolver.Resolve(profile);
        Assert.Equal(resolution.Network is null, resolution.Issues.Any(issue => issue.Level == DiagnosticLevel.Error));
        Assert.All(resolution.Issues, issue => Assert.Contains(ProfileDiagnostics.All, kind => kind.Id == issue.Id && kind.Level == issue.Level));
        if (resolution.Network is not { } network)
            return false;

        Assert.Equal(network.Layers.Count + 1, network.Tensors.Count);
        foreach (Tensor tensor in network.Tensors)
        {
            Assert.InRange((long)tensor.Height * tensor.Width * tensor.Channels, 1, 1 << 26);
            foreach (Code code in new[] { tensor.Code, tensor.Skip }.OfType<Code>())
            {
                Assert.InRange(code.MaxLevel, 1, 255);
                Assert.Equal(code.Bits, code.Coefficients.Count);
                Assert.Contains(code.Zero, code.Levels());
                Assert.True(code.Step > 0 && float.IsFinite(code.Reciprocal) && float.IsFinite(code.Step * code.MaxLevel));
            }
        }

        foreach (Layer layer in network.Layers)
        {
            Assert.All(layer.Inputs, input => Assert.InRange(input, 0, layer.Index));
            Assert.True(layer.Macs >= 0);
        }

        return true;
    }

    private static BitProfile Nonsense(Random random)
    {
        var names = new List<string> { "input" };
        var layers = new LayerSpec[random.Next(4)];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = NonsenseLayer(random, Any(random, [.. names]));
            names.Add(layers[i].Name);
        }

        return new BitProfile
        {
            Name = "Nonsense",
            Weights = new WeightsReference("", ""),
            Input = new InputSpec
            {
                Shape = random.Next(2) == 0 ? Many(random, 3, Numbers) : new(4, 4, 3),
                Mean = random.Next(4) == 0 ? Many(random, 3, Reals) : default,
                Std = random.Next(4) == 0 ? Many(random, 3, Reals) : default,
                Scale = random.Next(4) == 0 ? Any(random, Reals) : 1,
                Code = NonsenseCode(random),
                Gain = random.Next(4) == 0 ? Many(random, 3, Reals) : default,
                Zeros = random.Next(4) == 0 ? Many(random, 3, Numbers) : default,
            },
            Layers = new(layers),
            Output = new OutputSpec(Any(random, [.. names]), random.Next(4) == 0 ? new("label") : default),
        };
    }

    private static LayerSpec NonsenseLayer(Random random, string input) => new()
    {
        Name = random.Next(10) == 0 ? Any(random, "input", "") : $"layer{random.Next(100)}",
        Op = (LayerOp)random.Next(12),
        Inputs = random.Next(3) == 0 ? Many(random, 2, input, "layer1", "input") : new(input),
        Kernel = random.Next(2) == 0 ? Many(random, 2, Numbers) : default,
        Stride = random.Next(3) == 0 ? Many(random, 2, Numbers) : default,
        Pad = random.Next(3) == 0 ? Many(random, 4, Numbers) : default,
        Channels = random.Next(3) == 0 ? Any(random, Numbers) : 0,
        PadChannels = random.Next(6) == 0 ? Many(random, 2, Numbers) : default,
        Weight = random.Next(3) == 0 ? new WeightSpec(Any(random, Numbers)) : null,
        Activation = (Activation)(random.Next(4) == 0 ? random.Next(4) : 0),
        Code = random.Next(2) == 0 ? NonsenseCode(random) : null,
        Skip = random.Next(4) == 0 ? NonsenseCode(random) : null,
        Bounds = random.Next(4) == 0 ? new BoundsSpec(Any(random, Numbers), Any(random, Numbers), Any(random, Numbers)) : null,
    };

    private static CodeSpec NonsenseCode(Random random) => new()
    {
        Bits = random.Next(4) == 0 ? Any(random, Numbers) : random.Next(1, 9),
        Step = random.Next(2) == 0 ? Any(random, Steps) : 0.1f,
        Zero = random.Next(3) == 0 ? Any(random, Numbers) : 0,
        Coefficients = random.Next(3) == 0 ? Many(random, random.Next(1, 9), Reals) : default,
    };

    private static T Any<T>(Random random, params T[] values) => values[random.Next(values.Length)];

    /// <summary>Mostly as many as there should be.</summary>
    private static EquatableArray<T> Many<T>(Random random, int count, params T[] values)
        where T : IEquatable<T> =>
        new(Enumerable.Range(0, random.Next(8) == 0 ? random.Next(5) : count).Select(_ => Any(random, values)));
}

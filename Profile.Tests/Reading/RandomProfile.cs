namespace BitKernelGen.Profiles.Tests.Reading;

/// <summary>Profiles that can be written, whether or not they make sense.</summary>
internal sealed class RandomProfile(Random random)
{
    public BitProfile Next()
    {
        int[] shape = Integers(random.Next(1, 4), 1, 8);
        int channels = random.Next(2) == 0 ? 0 : shape[^1];
        return new BitProfile
        {
            Name = "_Net" + random.Next(),
            Prefer = (Preference)random.Next(2),
            Weights = new WeightsReference($"weights {random.Next()} ä.safetensors", string.Concat(Enumerable.Range(0, 64).Select(_ => random.Next(16).ToString("x")))),
            Input = new InputSpec
            {
                Shape = new(shape),
                Mean = new(Doubles(channels, value => value)),
                Std = new(Doubles(channels, Math.Abs)),
                Scale = random.Next(2) == 0 ? 1.0 / 255 : Math.Abs(Double()),
                Code = Code(true),
                Gain = random.Next(2) == 0 ? default : new(Doubles(shape[^1], Math.Abs)),
                Zeros = random.Next(2) == 0 ? default : new(Integers(shape[^1], 0, 255)),
            },
            Layers = new(Enumerable.Range(0, random.Next(1, 8)).Select(Layer)),
            Output = new OutputSpec(Text(1), new(Enumerable.Range(0, random.Next(4)).Select(_ => Text(0)))),
            Provenance = new(Enumerable.Range(0, random.Next(4)).Select(i => new ProvenanceEntry($"{i}-key_{random.Next()}", Provenance()))),
        };
    }

    private LayerSpec Layer(int index)
    {
        var op = (LayerOp)random.Next(Enum.GetValues<LayerOp>().Length);
        bool isWeighted = op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.Dense;
        Activation activation = (Activation)random.Next(Enum.GetValues<Activation>().Length);
        bool hasWindow = op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.MaxPool or LayerOp.AvgPool;
        return new LayerSpec
        {
            Name = $"block.{index}-{random.Next()}_",
            Op = op,
            Inputs = new(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Text(0))),
            Kernel = hasWindow || Rarely() ? new(Integers(2, 1, 64)) : default,
            Stride = hasWindow || op == LayerOp.Subsample || Rarely() ? new(Integers(2, 1, 3)) : default,
            Dilation = op is LayerOp.Conv or LayerOp.Depthwise || Rarely() ? new(Integers(2, 1, 3)) : default,
            CountIncludePad = random.Next(3) == 0,
            Groups = op is LayerOp.Conv || Rarely() ? random.Next(1, 4) : 0,
            Pad = hasWindow || Rarely() ? new(Integers(4, 0, 2)) : default,
            Channels = op is LayerOp.Conv or LayerOp.Dense || Rarely() ? random.Next(1, 65537) : 0,
            PadChannels = op is LayerOp.PadChannels || Rarely() ? new(Integers(2, 0, 65536)) : default,
            Weight = isWeighted || Rarely() ? new WeightSpec(random.Next(1, 9)) : null,
            Activation = activation,
            Slope = activation == Activation.LeakyRelu || Rarely() ? BitConverter.Int32BitsToSingle(random.Next(0x00800000, 0x7F800000)) : 0,
            Limits = activation == Activation.Clip || Rarely() ? new(Doubles(2, value => random.Next(4) == 0 ? double.NegativeInfinity : value)) : default,
            Code = random.Next(2) == 0 ? Code(true) : null,
            Skip = random.Next(2) == 0 ? Code(false) : null,
            Bounds = random.Next(2) == 0 ? new BoundsSpec(random.Next(), random.Next(2) * random.Next(), int.MaxValue) : null,
            KernelStrategy = Rarely() ? "multiply-add" : "auto",
        };
    }

    private CodeSpec Code(bool mayHaveCoefficients)
    {
        int bits = random.Next(1, 9);
        bool hasCoefficients = mayHaveCoefficients && random.Next(2) == 0;
        return new CodeSpec
        {
            Bits = bits,
            Step = Step(),
            Zero = random.Next(2) == 0 ? 0 : random.Next(),
            Coefficients = !hasCoefficients ? default
                : random.Next(2) == 0 ? new(Integers(bits, 1, 128).Select(value => (double)value))
                : new(Doubles(bits, Math.Abs)),
            Planes = mayHaveCoefficients && random.Next(3) == 0,
        };
    }

    /// <summary>Any normal float above 0.</summary>
    private float Step() => BitConverter.Int32BitsToSingle(random.Next(0x00800000, 0x7F800000));

    /// <summary>Any finite double but 0.</summary>
    private double Double()
    {
        double value = random.Next(4) == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)) : (random.NextDouble() * 4) - 2;
        return double.IsFinite(value) && value != 0 ? value : 0.1;
    }

    private double[] Doubles(int count, Func<double, double> map) => [.. Enumerable.Range(0, count).Select(_ => map(Double()))];

    private int[] Integers(int count, int least, int most) => [.. Enumerable.Range(0, count).Select(_ => random.Next(least, most + 1))];

    private string Text(int atLeast)
    {
        const string Alphabet = "abc \"\\'\t\n\r\b\f\u0000\u001f\u007f\u0085é漢#=[]{}";
        return string.Concat(Enumerable.Range(0, random.Next(atLeast, 8)).Select(_ => random.Next(8) == 0 ? "🙂" : Alphabet[random.Next(Alphabet.Length)].ToString()));
    }

    private string Provenance()
    {
        string[] values = ["1", "-0.50", "true", "'a # \"b\"'", "[\n  1, # one\n]", "{ a = { b = [ ] } }", "nan", "\"\\u00e4\""];
        return values[random.Next(values.Length)];
    }

    private bool Rarely() => random.Next(8) == 0;
}

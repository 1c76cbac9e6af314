using System.Buffers.Binary;
using System.Reflection;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Fuzz.Mutation;
using BitKernelGen.Tool.Compile;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>
/// Loading a generated model, as if the hash were right: whoever makes the weights can make the profile. What loads must run, and
/// give the reference executor's bits.
/// </summary>
internal sealed class WeightsTarget(string name, FuzzNetwork network) : FuzzTarget
{
    private readonly Lazy<Loader> _loader = new(() => new Loader(network));

    public override string Name => name;

    public override long Multiple => 200;

    // Weights expanded and packed, whose sizes are the profile's, and the reference executor's tensors.
    public override long Floor => 32 << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } = [network.Weights];

    public override void Prepare() => _ = _loader.Value;

    public override bool Read(byte[] input)
    {
        SafeTensors file;
        IModel model;
        try
        {
            file = SafeTensors.Read(input);
            model = _loader.Value.Load(file);
        }
        catch (WeightsException)
        {
            return false;
        }

        var random = new Random(input.Length);
        float[] values = [.. Enumerable.Range(0, model.InputLength).Select(_ => (float)(random.NextDouble() * 4) - 2)];
        float[] expected = new ReferenceExecutor(network.Network, file).Run(values), actual = new float[model.OutputLength];
        model.Run(values, actual);
        for (int i = 0; i < actual.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]) && !(float.IsNaN(actual[i]) && float.IsNaN(expected[i])))
                throw new InvalidOperationException($"Output {i} is {actual[i]:R}; the reference executor gives {expected[i]:R}.");
        }

        return true;
    }

    public override byte[] Mutate(byte[] input, Random random)
    {
        if (random.Next(4) == 0 || !SafeTensorsTarget.HasHeader(input, out int length))
            return SafeTensorsTarget.MutateHeader(input, random);

        byte[] changed = [.. input];
        Span<byte> data = changed.AsSpan(sizeof(long) + length);
        if (data.Length < 64)
            return ByteMutator.Mutate(input, random);
        int at = random.Next(data.Length - 8), run = random.Next(4) == 0 ? random.Next(data.Length - at) : 1 + random.Next(32);
        if (random.Next(3) == 0)
        {
            float[] numbers = [0, -1, float.NaN, float.PositiveInfinity, float.Epsilon, 1e-38f, 1e38f, float.MaxValue, 1e-30f, 1e30f, 0.01f, 1];
            BinaryPrimitives.WriteSingleLittleEndian(data[(at / 4 * 4)..], numbers[random.Next(numbers.Length)]);
            return changed;
        }

        // Bytes of two weights of 4 bits or four of 2, the largest among them: 16-bit sums are the fuller the more alike their signs.
        byte[] largest = [0x77, 0x99, 0x55, 0xFF];
        byte one = largest[random.Next(largest.Length)];
        int kind = random.Next(4);
        foreach (ref byte weights in data.Slice(at, Math.Min(run, data.Length - at)))
        {
            int any = random.Next(256);
            weights = kind switch
            {
                0 or 1 => one,
                2 => (byte)((random.Next(1, 16) ^ 8) | ((random.Next(1, 16) ^ 8) << 4)),
                _ => (byte)(any | ((any >> 1) & 0x55)),
            };
        }

        return changed;
    }

    private sealed class Loader
    {
        private static readonly FieldInfo Sha256 = typeof(SafeTensors).GetField("_sha256", BindingFlags.NonPublic | BindingFlags.Instance)!;
        private readonly ConstructorInfo _constructor;
        private readonly string _expected;

        public Loader(FuzzNetwork network)
        {
            CompiledModel compiled = ModelCompiler.Compile(network.Text, $"{network.Network.Profile.Name}.bitprofile");
            if (compiled.ModelType is not { } type)
                throw new InvalidOperationException(string.Join('\n', compiled.Diagnostics));
            _constructor = type.GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, [typeof(SafeTensors)])!;
            _expected = network.Network.Profile.Weights.Sha256;
        }

        public IModel Load(SafeTensors file)
        {
            Sha256.SetValue(file, _expected);
            return (IModel)_constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [file], null);
        }
    }
}

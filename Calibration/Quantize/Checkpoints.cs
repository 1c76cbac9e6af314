using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Weights;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Finished layers on disk, so that a run that was killed goes on where it was. The folder's name is a hash of all that the
/// weights depend on; a file is written aside, then moved, and ends in a hash of itself.
/// </summary>
internal sealed class Checkpoints
{
    private const int HashLength = SHA256.HashSizeInBytes;

    private readonly string _folder;

    private Checkpoints(string folder) => _folder = folder;

    /// <summary>The checkpoints of a run.</summary>
    /// <param name="root">The folder above.</param>
    /// <param name="network">The float network.</param>
    /// <param name="samples">Calibration inputs.</param>
    /// <param name="plan">Bits of the weights.</param>
    /// <param name="codes">The codes of "input" and of every layer.</param>
    /// <param name="options">How weights are rounded.</param>
    public static Checkpoints Of(
        string root,
        FloatNetwork network,
        IReadOnlyList<float[]> samples,
        CodePlan plan,
        IReadOnlyDictionary<string, LayerCodes> codes,
        QuantizeOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Another build of the rounding is another key.
        hash.AppendData(typeof(Checkpoints).Module.ModuleVersionId.ToByteArray());
        hash.AppendData(network.Model);
        foreach (float[] sample in samples)
            hash.AppendData(MemoryMarshal.AsBytes<float>(sample));
        var text = new StringWriter();
        text.WriteLine($"{options.Rounding} {options.Recipe} {options.Columns} {options.Seed}");
        foreach (string tensor in network.Layers.Select(layer => layer.Spec.Name).Prepend("input"))
            text.WriteLine($"{tensor} {TextOf(codes[tensor].Code)} {TextOf(codes[tensor].Skip)}");
        if (options.Normalization is { } bytes)
            text.WriteLine(FormattableString.Invariant($"{bytes.Scale} [{Join(bytes.Mean)}] [{Join(bytes.Std)}]"));
        text.WriteLine(string.Join(' ', plan.Layers.Select(layer => layer.WeightBits)));
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(text.ToString()));
        return new Checkpoints(Path.Combine(root, Convert.ToHexStringLower(hash.GetHashAndReset())[..32]));
    }

    /// <summary>A layer's weights; null where they are not there as a whole.</summary>
    /// <param name="layer">The layer's number.</param>
    /// <param name="bits">Bits of a weight.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="count">Weights.</param>
    public LayerWeights? Read(int layer, int bits, int outputs, int count) =>
        File.Exists(PathOf(layer)) ? FromBytes(File.ReadAllBytes(PathOf(layer)), bits, outputs, count) : null;

    /// <summary>Keeps a layer's weights.</summary>
    public void Write(int layer, LayerWeights weights)
    {
        Directory.CreateDirectory(_folder);
        string aside = $"{PathOf(layer)}.{Guid.NewGuid():N}.tmp";
        File.WriteAllBytes(aside, ToBytes(weights));
        File.Move(aside, PathOf(layer), overwrite: true);
    }

    /// <summary>The bytes of a layer's file: bits, weights, scales, biases, and the hash of all that.</summary>
    public static byte[] ToBytes(LayerWeights weights)
    {
        byte[] bytes =
        [
            .. BitConverter.GetBytes(weights.Bits),
            .. MemoryMarshal.AsBytes(weights.Values.AsSpan()),
            .. MemoryMarshal.AsBytes(weights.Scale.AsSpan()),
            .. MemoryMarshal.AsBytes(weights.Bias.AsSpan()),
        ];
        return [.. bytes, .. SHA256.HashData(bytes)];
    }

    /// <summary>Reads the bytes of a layer's file; null where they are not the weights of such a layer.</summary>
    public static LayerWeights? FromBytes(ReadOnlySpan<byte> bytes, int bits, int outputs, int count)
    {
        long length = sizeof(int) + count + (2L * outputs * sizeof(float));
        if (bytes.Length != length + HashLength || !SHA256.HashData(bytes[..^HashLength]).AsSpan().SequenceEqual(bytes[^HashLength..]))
            return null;
        ReadOnlySpan<float> floats = MemoryMarshal.Cast<byte, float>(bytes[(sizeof(int) + count)..^HashLength]);
        var weights = new LayerWeights(
            BitConverter.ToInt32(bytes), MemoryMarshal.Cast<byte, sbyte>(bytes.Slice(sizeof(int), count)).ToArray(), floats[..outputs].ToArray(), floats[outputs..].ToArray());
        int largest = LayerWeights.Largest(bits);
        bool isLayer = weights.Bits == bits
            && weights.Values.All(value => Math.Abs((int)value) <= largest && (bits > 1 || value != 0))
            && weights.Scale.All(scale => float.IsFinite(scale) && scale > 0)
            && weights.Bias.All(float.IsFinite);
        return isLayer ? weights : null;
    }

    /// <summary>Removes the run's folder, and the one above if nothing else is in it.</summary>
    public void Delete()
    {
        if (!Directory.Exists(_folder))
            return;
        Directory.Delete(_folder, recursive: true);
        string root = Path.GetDirectoryName(_folder)!;
        if (!Directory.EnumerateFileSystemEntries(root).Any())
            Directory.Delete(root);
    }

    private static string Join(IEnumerable<double> values) =>
        string.Join(' ', values.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static string TextOf(Bottleneck? code) =>
        code is null ? "" : FormattableString.Invariant($"{code.Spec.Bits} {code.Spec.Step} {code.Spec.Zero} [{string.Join(' ', code.Spec.Coefficients)}] {code.Spec.Planes}");

    private string PathOf(int layer) => Path.Combine(_folder, $"{layer:0000}.layer");
}

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
    public LayerWeights? Read(int layer)
    {
        string path = PathOf(layer);
        if (!File.Exists(path))
            return null;
        byte[] bytes = File.ReadAllBytes(path);
        int length = bytes.Length - HashLength;
        if (length < 0 || !SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes, 0, length));
        int bits = reader.ReadInt32();
        return new LayerWeights(bits, ReadArray<sbyte>(reader), ReadArray<float>(reader), ReadArray<float>(reader));
    }

    /// <summary>Keeps a layer's weights.</summary>
    public void Write(int layer, LayerWeights weights)
    {
        Directory.CreateDirectory(_folder);
        var stream = new MemoryStream();
        var writer = new BinaryWriter(stream);
        writer.Write(weights.Bits);
        WriteArray<sbyte>(writer, weights.Values);
        WriteArray<float>(writer, weights.Scale);
        WriteArray<float>(writer, weights.Bias);
        byte[] bytes = stream.ToArray();
        string aside = $"{PathOf(layer)}.{Guid.NewGuid():N}.tmp";
        File.WriteAllBytes(aside, [.. bytes, .. SHA256.HashData(bytes)]);
        File.Move(aside, PathOf(layer), overwrite: true);
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
        code is null ? "" : FormattableString.Invariant($"{code.Spec.Bits} {code.Spec.Step} {code.Spec.Zero} [{string.Join(' ', code.Spec.Coefficients)}]");

    private string PathOf(int layer) => Path.Combine(_folder, $"{layer:0000}.layer");

    private static void WriteArray<T>(BinaryWriter writer, T[] values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static T[] ReadArray<T>(BinaryReader reader)
        where T : unmanaged
    {
        var values = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}

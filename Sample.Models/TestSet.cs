using System.Buffers.Binary;
using System.IO.Compression;

namespace BitKernelGen.Sample;

/// <summary>The test images of Fashion-MNIST, one byte a pixel, and what each of them shows.</summary>
internal sealed class TestSet
{
    private readonly byte[] _pixels;
    private readonly byte[] _labels;

    private TestSet(byte[] pixels, byte[] labels)
    {
        _pixels = pixels;
        _labels = labels;
    }

    /// <summary>Rows and columns of an image.</summary>
    public const int Side = 28;

    public int Count => _labels.Length;

    public static TestSet Load(string folder) => new(
        ReadIdx(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"), dimensions: 3),
        ReadIdx(Path.Combine(folder, "t10k-labels-idx1-ubyte.gz"), dimensions: 1));

    public ReadOnlySpan<byte> Image(int index) => _pixels.AsSpan(index * Side * Side, Side * Side);

    public int Label(int index) => _labels[index];

    /// <summary>An idx file: 0, 0, 8 for bytes, the number of dimensions, each of them big-endian, the bytes.</summary>
    private static byte[] ReadIdx(string path, int dimensions)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        Span<byte> header = stackalloc byte[4 * (1 + dimensions)];
        stream.ReadExactly(header);
        int length = 1;
        for (int i = 1; i <= dimensions; i++)
            length *= BinaryPrimitives.ReadInt32BigEndian(header[(4 * i)..]);
        var content = new byte[length];
        stream.ReadExactly(content);
        return content;
    }
}

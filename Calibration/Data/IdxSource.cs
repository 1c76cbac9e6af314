using System.Buffers.Binary;
using System.IO.Compression;

namespace BitKernelGen.Calibration.Data;

/// <summary>The format of MNIST: big-endian header, then bytes; perhaps gzipped. Held in memory.</summary>
internal sealed class IdxSource : DataSource
{
    private readonly byte[] _images;
    private readonly byte[]? _labels;
    private readonly int _length;

    public IdxSource(string images, string? labels, SampleShape shape)
    {
        (_images, int[] dims) = Read(images);
        if (dims.Length < 2)
            throw new DataSourceException($"{images}: it has {dims.Length} dimension, as labels have; images have more.");
        SampleShape found = dims.Length switch
        {
            2 => new SampleShape(1, 1, dims[1]),
            3 => new SampleShape(dims[1], dims[2], 1),
            4 => new SampleShape(dims[1], dims[2], dims[3]),
            _ => throw new DataSourceException($"{images}: it has {dims.Length} dimensions; 2 to 4 are supported."),
        };
        if (found != shape && !(found.Length == shape.Length && dims.Length == 3 && shape is { Height: 1, Width: 1 }))
            throw new DataSourceException($"{images}: its images are {found}; the network reads {shape}.");
        Count = dims[0];
        _length = shape.Length;
        if (labels is not null)
        {
            (_labels, int[] labelDims) = Read(labels);
            if (labelDims.Length != 1 || labelDims[0] != Count)
                throw new DataSourceException($"{labels}: its dimensions are [{string.Join(", ", labelDims)}]; {Count} images need [{Count}].");
        }
    }

    public override int Count { get; }

    public override bool HasLabels => _labels is not null;

    public override Sample Read(int index) => new(
        _images.AsSpan(index * _length, _length).ToArray(), null, _labels is null ? -1 : _labels[index]);

    /// <summary>The data without its header. What a compressed file unpacks to is read no further than its header asks.</summary>
    private static (byte[] Data, int[] Dims) Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            bool isCompressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using Stream stream = isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Read(path, stream);
        }
        catch (InvalidDataException exception)
        {
            throw new DataSourceException($"{path}: the gzip data is damaged: {exception.Message}", exception);
        }
    }

    private static (byte[] Data, int[] Dims) Read(string path, Stream stream)
    {
        Span<byte> start = stackalloc byte[4], number = stackalloc byte[4];
        int found = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (found < start.Length || start[0] != 0 || start[1] != 0)
            throw new DataSourceException($"{path}: this is not an idx file; it must begin with two zero bytes.");
        if (start[2] != 0x08)
            throw new DataSourceException($"{path}: its elements are of idx type 0x{start[2]:X2}; bytes, 0x08, are supported.");
        var dims = new int[start[3]];
        long count = 1;
        for (int i = 0; i < dims.Length; i++)
        {
            if (stream.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) < number.Length)
                throw new DataSourceException($"{path}: the file ends within its header.");
            dims[i] = BinaryPrimitives.ReadInt32BigEndian(number);
            if (dims[i] < 1 || (count *= dims[i]) > Array.MaxLength)
                throw new DataSourceException($"{path}: its header claims {dims[i]} for dimension {i}.");
        }

        if (dims.Length == 0)
            throw new DataSourceException($"{path}: the file ends within its header.");
        byte[] data = ReadUpTo(stream, count + 1);
        return data.Length == count
            ? (data, dims)
            : throw new DataSourceException(
                $"{path}: it has {(data.Length > count ? "more than " : "")}{Math.Min(data.Length, count)} bytes of data; [{string.Join(", ", dims)}] asks for {count}.");
    }

    /// <summary>At most so many bytes, in memory that grows with what is there and not with what is claimed.</summary>
    private static byte[] ReadUpTo(Stream stream, long most)
    {
        var data = new MemoryStream();
        var part = new byte[1 << 16];
        while (data.Length < most)
        {
            int read = stream.Read(part, 0, (int)Math.Min(part.Length, most - data.Length));
            if (read == 0)
                break;
            data.Write(part, 0, read);
        }

        return data.ToArray();
    }
}

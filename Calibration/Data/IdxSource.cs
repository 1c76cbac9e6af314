using System.Buffers.Binary;
using System.IO.Compression;

namespace BitKernelGen.Calibration.Data;

/// <summary>The format of MNIST: big-endian header, then bytes; perhaps gzipped. Held in memory.</summary>
internal sealed class IdxSource : DataSource
{
    private readonly byte[] _images;
    private readonly int _headerBytes;
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
        _headerBytes = _images.Length - (Count * _length);
        if (labels is not null)
        {
            (byte[] file, int[] labelDims) = Read(labels);
            if (labelDims.Length != 1 || labelDims[0] != Count)
                throw new DataSourceException($"{labels}: its dimensions are [{string.Join(", ", labelDims)}]; {Count} images need [{Count}].");
            _labels = file[^Count..];
        }
    }

    public override int Count { get; }

    public override bool HasLabels => _labels is not null;

    public override Sample Read(int index) => new(
        _images.AsSpan(_headerBytes + (index * _length), _length).ToArray(), null, _labels is null ? -1 : _labels[index]);

    private static (byte[] File, int[] Dims) Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        if (file is [0x1F, 0x8B, ..])
        {
            using var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
            var buffer = new MemoryStream();
            try
            {
                gzip.CopyTo(buffer);
            }
            catch (InvalidDataException exception)
            {
                throw new DataSourceException($"{path}: the gzip data is damaged: {exception.Message}", exception);
            }

            file = buffer.ToArray();
        }

        if (file.Length < 4 || file[0] != 0 || file[1] != 0)
            throw new DataSourceException($"{path}: this is not an idx file; it must begin with two zero bytes.");
        if (file[2] != 0x08)
            throw new DataSourceException($"{path}: its elements are of idx type 0x{file[2]:X2}; bytes, 0x08, are supported.");
        int rank = file[3];
        long length = 4 + (4L * rank), count = 1;
        if (rank == 0 || file.Length < length)
            throw new DataSourceException($"{path}: the file ends within its header.");
        var dims = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            dims[i] = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(4 + (4 * i)));
            if (dims[i] < 1 || (count *= dims[i]) > Array.MaxLength)
                throw new DataSourceException($"{path}: its header claims {dims[i]} for dimension {i}.");
        }

        return file.Length == length + count
            ? (file, dims)
            : throw new DataSourceException($"{path}: it has {file.Length - length} bytes of data; [{string.Join(", ", dims)}] asks for {count}.");
    }
}

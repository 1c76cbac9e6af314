using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace BitKernelGen.Calibration.Data;

/// <summary>NumPy arrays: float32 samples are taken as they are, uint8 as raw bytes.</summary>
internal sealed partial class NpySource : DataSource
{
    private readonly NpyFile _samples;
    private readonly SampleShape _shape;
    private readonly bool _isChannelsFirst;
    private readonly int[]? _labels;

    public NpySource(string samples, string? labels, SampleShape shape)
    {
        _shape = shape;
        _samples = new NpyFile(samples);
        try
        {
            if (_samples.Type is not ("<f4" or "|u1"))
                throw new DataSourceException($"{samples}: its elements are of type '{_samples.Type}'; float32 and uint8 are supported.");
            int[] rest = [.. _samples.Dims.Skip(1)];
            int[] channelsLast = [shape.Height, shape.Width, shape.Channels], channelsFirst = [shape.Channels, shape.Height, shape.Width];
            bool isChannelsLast = Matches(rest, channelsLast);
            _isChannelsFirst = !isChannelsLast && Matches(rest, channelsFirst);
            if (!isChannelsLast && !_isChannelsFirst)
                throw new DataSourceException($"{samples}: its samples are [{string.Join(", ", rest)}]; the network reads {shape}.");
            if (labels is not null)
                _labels = ReadLabels(labels, Count);
        }
        catch
        {
            _samples.Dispose();
            throw;
        }
    }

    public override int Count => _samples.Dims[0];

    public override bool IsBytes => _samples.Type == "|u1";

    public override bool HasLabels => _labels is not null;

    public override Sample Read(int index)
    {
        byte[] bytes = _samples.Read(index, _shape.Length);
        int label = _labels?[index] ?? -1;
        if (IsBytes)
            return new Sample(ToChannelsLast(bytes), null, label);
        var floats = new float[_shape.Length];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        return new Sample(null, ToChannelsLast(floats), label);
    }

    protected override void Dispose(bool disposing) => _samples.Dispose();

    /// <summary>Equal, dimensions of 1 aside.</summary>
    private static bool Matches(int[] dims, int[] shape) => dims.Where(dim => dim != 1).SequenceEqual(shape.Where(dim => dim != 1));

    private static int[] ReadLabels(string path, int count)
    {
        using var file = new NpyFile(path);
        if (file.Dims.Length != 1 || file.Dims[0] != count)
            throw new DataSourceException($"{path}: its shape is [{string.Join(", ", file.Dims)}]; {count} samples need [{count}].");
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = file.Read(i, 1);
            long label = file.Type switch
            {
                "|u1" => bytes[0],
                "|i1" => (sbyte)bytes[0],
                "<i4" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
                "<i8" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
                _ => throw new DataSourceException($"{path}: labels are of type '{file.Type}'; uint8, int32 and int64 are supported."),
            };
            labels[i] = label is >= 0 and <= int.MaxValue
                ? (int)label
                : throw new DataSourceException($"{path}: label {i} is {label}; labels count from 0.");
        }

        return labels;
    }

    private T[] ToChannelsLast<T>(T[] values)
    {
        if (!_isChannelsFirst)
            return values;
        int channels = _shape.Channels, pixels = _shape.Height * _shape.Width;
        var moved = new T[values.Length];
        for (int c = 0; c < channels; c++)
        {
            for (int p = 0; p < pixels; p++)
                moved[(p * channels) + c] = values[(c * pixels) + p];
        }

        return moved;
    }

    /// <summary>A .npy file, rows read when they are asked for.</summary>
    private sealed partial class NpyFile : IDisposable
    {
        private readonly string _path;
        private readonly SafeFileHandle _file;
        private readonly long _dataStart;
        private readonly int _elementBytes;

        public NpyFile(string path)
        {
            _path = path;
            _file = File.OpenHandle(path, options: FileOptions.RandomAccess);
            try
            {
                (string header, _dataStart) = ReadHeader();
                Match match = HeaderPattern().Match(header);
                if (!match.Success)
                    throw new DataSourceException($"{path}: the header is not one that NumPy writes for a plain array: {header.Trim()}");
                Type = match.Groups["type"].Value;
                if (match.Groups["fortran"].Value == "True")
                    throw new DataSourceException($"{path}: the array is in Fortran order. Save numpy.ascontiguousarray of it.");
                Dims = ReadDims(match.Groups["shape"].Value);
                _elementBytes = Type[^1] - '0';
                long bytes = Dims.Aggregate((long)_elementBytes, (product, dim) => product > long.MaxValue / dim ? long.MaxValue : product * dim);
                long found = RandomAccess.GetLength(_file) - _dataStart;
                if (found != bytes)
                    throw new DataSourceException($"{path}: it has {found} bytes of data; {Type} [{string.Join(", ", Dims)}] asks for {bytes}.");
            }
            catch
            {
                _file.Dispose();
                throw;
            }
        }

        /// <summary>NumPy's name of the element type.</summary>
        public string Type { get; }

        public int[] Dims { get; }

        /// <summary>Row <paramref name="index"/> of <paramref name="length"/> elements.</summary>
        public byte[] Read(int index, int length)
        {
            var bytes = new byte[length * _elementBytes];
            return RandomAccess.Read(_file, bytes, _dataStart + ((long)index * bytes.Length)) == bytes.Length
                ? bytes
                : throw new DataSourceException($"{_path}: sample {index} is cut off.");
        }

        public void Dispose() => _file.Dispose();

        [GeneratedRegex(
            @"^\{'descr': '(?<type>[<|][a-z][1248])', 'fortran_order': (?<fortran>True|False), 'shape': \((?<shape>[0-9, ]*)\),? *\}\s*$")]
        private static partial Regex HeaderPattern();

        private int[] ReadDims(string shape)
        {
            string[] parts = shape.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var dims = new int[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out dims[i]) || dims[i] == 0)
                    throw new DataSourceException($"{_path}: the array's shape is ({shape}).");
            }

            return dims.Length > 0 ? dims : throw new DataSourceException($"{_path}: the array is a single number.");
        }

        private (string Header, long DataStart) ReadHeader()
        {
            Span<byte> start = stackalloc byte[12];
            int read = RandomAccess.Read(_file, start, 0);
            if (read < start.Length || !start.StartsWith((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8]))
                throw new DataSourceException($"{_path}: this is not a .npy file.");
            int lengthBytes = start[6] == 1 ? 2 : 4;
            uint length = lengthBytes == 2
                ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..])
                : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
            long dataStart = 8 + lengthBytes + length;
            if (dataStart > RandomAccess.GetLength(_file) || length > 1 << 20)
                throw new DataSourceException($"{_path}: the file ends within its header.");
            var header = new byte[length];
            RandomAccess.Read(_file, header, 8 + lengthBytes);
            return (Encoding.UTF8.GetString(header), dataStart);
        }
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace BitKernelGen.Calibration.Data;

/// <summary>A .npy file, rows read when they are asked for.</summary>
internal sealed partial class NpyFile : IDisposable
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

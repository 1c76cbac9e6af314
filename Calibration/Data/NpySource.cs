using System.Buffers.Binary;

namespace BitKernelGen.Calibration.Data;

/// <summary>NumPy arrays: float32 samples are taken as they are, uint8 as raw bytes.</summary>
internal sealed class NpySource : DataSource
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
}

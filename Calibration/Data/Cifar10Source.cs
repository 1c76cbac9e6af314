using Microsoft.Win32.SafeHandles;

namespace BitKernelGen.Calibration.Data;

/// <summary>CIFAR-10's binary form: records of a label byte and the planes red, green and blue of 32x32 bytes.</summary>
internal sealed class Cifar10Source : DataSource
{
    private const int Pixels = 32 * 32;
    private const int RecordBytes = 1 + (3 * Pixels);
    private const int Classes = 10;

    private readonly string _path;
    private readonly SafeFileHandle _file;

    public Cifar10Source(string path, SampleShape shape)
    {
        if (shape != new SampleShape(32, 32, 3))
            throw new DataSourceException($"{path}: CIFAR-10 images are 32x32x3; the network reads {shape}.");
        _path = path;
        _file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        long length = RandomAccess.GetLength(_file);
        if (length == 0 || length % RecordBytes != 0)
        {
            _file.Dispose();
            throw new DataSourceException($"{path}: its {length} bytes are not a whole number of records of {RecordBytes}.");
        }

        Count = (int)(length / RecordBytes);
    }

    public override int Count { get; }

    public override bool HasLabels => true;

    public override Sample Read(int index)
    {
        var record = new byte[RecordBytes];
        if (RandomAccess.Read(_file, record, (long)index * RecordBytes) != RecordBytes)
            throw new DataSourceException($"{_path}: record {index} is cut off.");
        if (record[0] >= Classes)
            throw new DataSourceException($"{_path}: record {index} has the label {record[0]}; there are {Classes} classes.");
        var pixels = new byte[3 * Pixels];
        for (int pixel = 0; pixel < Pixels; pixel++)
        {
            for (int channel = 0; channel < 3; channel++)
                pixels[(pixel * 3) + channel] = record[1 + (channel * Pixels) + pixel];
        }

        return new Sample(pixels, null, record[0]);
    }

    protected override void Dispose(bool disposing) => _file.Dispose();
}

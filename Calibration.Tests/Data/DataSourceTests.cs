using System.Buffers.Binary;
using System.Text;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Calibration.Tests.Data;

public sealed class DataSourceTests : IDisposable
{
    private static readonly SampleShape Image = new(2, 2, 3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("images.idx")]
    [InlineData("csv:data.csv")]
    [InlineData("idx:")]
    [InlineData("idx:a,b,c")]
    [InlineData("cifar10:a,b")]
    public void Lists_the_forms(string text) =>
        Assert.Contains(DataSource.Forms, Assert.Throws<DataSourceException>(() => DataSource.Open(text, Image)).Message);

    [Theory]
    [InlineData("idx")]
    [InlineData("cifar10")]
    [InlineData("images")]
    [InlineData("npy")]
    public void Names_what_is_missing(string kind)
    {
        string path = Path.Combine(_folder.Path, "absent");
        var exception = Assert.Throws<DataSourceException>(() => DataSource.Open($"{kind}:{path}", new SampleShape(32, 32, 3)));
        Assert.Contains("absent", exception.Message);
    }

    [Fact]
    public void Cifar10_planes_become_pixels_in_either_order()
    {
        var record = new byte[3073];
        record[0] = 4;
        for (int i = 1; i < record.Length; i++)
            record[i] = (byte)((i - 1) / 1024 * 100);
        string path = _folder.Write("batch.bin", [.. record, .. record]);
        using (DataSource data = DataSource.Open($"cifar10:{path}", new SampleShape(32, 32, 3)))
        {
            Assert.Equal(2, data.Count);
            Assert.Equal([0, 100, 200], data.Read(1).Bytes![^3..]);
            Assert.Equal(4, data.Read(1).Label);
        }

        using DataSource swapped = DataSource.Open($"cifar10:{path}", new SampleShape(32, 32, 3), ChannelOrder.Bgr);
        Assert.Equal([200, 100, 0], swapped.Read(0).Bytes![..3]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3072)]
    [InlineData(3074)]
    public void Cifar10_refuses_parts_of_records(int length)
    {
        string path = _folder.Write("batch.bin", new byte[length]);
        Assert.Contains("records", Assert.Throws<DataSourceException>(() => DataSource.Open($"cifar10:{path}", new SampleShape(32, 32, 3))).Message);
    }

    [Fact]
    public void Cifar10_refuses_foreign_labels()
    {
        string path = _folder.Write("batch.bin", [10, .. new byte[3072]]);
        using DataSource data = DataSource.Open($"cifar10:{path}", new SampleShape(32, 32, 3));
        Assert.Contains("label 10", Assert.Throws<DataSourceException>(() => data.Read(0)).Message);
    }

    [Theory]
    [InlineData("(2, 2, 2, 3)", "|u1")]
    [InlineData("(2, 3, 2, 2)", "|u1")]
    [InlineData("(2, 2, 2, 3)", "<f4")]
    public void Npy_reads_bytes_and_floats_in_either_layout(string shape, string type)
    {
        string samples = _folder.Write("x.npy", Npy(type, shape, [.. Enumerable.Range(0, 24)]));
        string labels = _folder.Write("y.npy", Npy("<i8", "(2,)", [3, 1]));
        using DataSource data = DataSource.Open($"npy:{samples},{labels}", Image);
        Sample second = data.Read(1);
        Assert.Equal(1, second.Label);
        Assert.Equal(type == "|u1", data.IsBytes);
        int[] expected = shape == "(2, 3, 2, 2)" ? [12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23] : [.. Enumerable.Range(12, 12)];
        Assert.Equal(expected, second.Bytes?.Select(value => (int)value) ?? second.Floats!.Select(value => (int)value));
    }

    [Theory]
    [InlineData("<f8", "(1, 2, 2, 3)", "<f8")]
    [InlineData("|u1", "(1, 2, 2, 4)", "2, 2, 4")]
    [InlineData("|u1", "(0, 2, 2, 3)", "(0, 2, 2, 3)")]
    [InlineData("|u1", "()", "single number")]
    [InlineData("|O", "(1, 2, 2, 3)", "header")]
    [InlineData("|u1", "(99999999999, 2, 2, 3)", "99999999999")]
    [InlineData("|u1", "(2000000000, 2000000000, 2000000000)", "asks for")]
    public void Npy_says_what_is_wrong(string type, string shape, string expected)
    {
        string path = _folder.Write("x.npy", Npy(type, shape, [.. Enumerable.Range(0, 12)]));
        Assert.Contains(expected, Assert.Throws<DataSourceException>(() => DataSource.Open($"npy:{path}", Image)).Message);
    }

    [Fact]
    public void Npy_refuses_a_file_cut_off_anywhere()
    {
        byte[] file = Npy("|u1", "(1, 2, 2, 3)", [.. Enumerable.Range(0, 12)]);
        for (int length = 0; length < file.Length; length++)
        {
            string path = _folder.Write("x.npy", file[..length]);
            Assert.Throws<DataSourceException>(() => DataSource.Open($"npy:{path}", Image));
        }
    }

    [Fact]
    public void Images_come_in_the_order_of_the_labels_beside_them_or_above()
    {
        foreach (string labels in (string[])["images/labels.txt", "labels.txt"])
        {
            _folder.Write("images/a.bmp", Bitmap(10));
            _folder.Write("images/b.bmp", Bitmap(20));
            string path = _folder.Write(labels, "b.bmp 5\n\na.bmp 0\n"u8.ToArray());
            using DataSource data = DataSource.Open($"images:{Path.Combine(_folder.Path, "images")}", Image);
            Assert.Equal([5, 0], [data.Read(0).Label, data.Read(1).Label]);
            Assert.Equal(Enumerable.Repeat((byte)20, 12), data.Read(0).Bytes);
            File.Delete(path);
        }
    }

    [Fact]
    public void Images_are_found_below_the_folder_of_the_labels()
    {
        _folder.Write("images/a.bmp", Bitmap(10));
        _folder.Write("labels.txt", "a.bmp 3"u8.ToArray());
        using DataSource data = DataSource.Open($"images:{_folder.Path}", Image);
        Assert.Equal(3, data.Read(0).Label);
    }

    [Theory]
    [InlineData("a.bmp", "labels.txt(1)")]
    [InlineData("a.bmp -1", "labels.txt(1)")]
    [InlineData("a.bmp 1\nc.bmp 2", "labels.txt(2)")]
    public void Images_say_which_line_is_wrong(string labels, string expected)
    {
        _folder.Write("a.bmp", Bitmap(10));
        _folder.Write("labels.txt", Encoding.UTF8.GetBytes(labels));
        Assert.Contains(expected, Assert.Throws<DataSourceException>(() => DataSource.Open($"images:{_folder.Path}", Image)).Message);
    }

    [Fact]
    public void Images_of_another_size_or_damaged_are_refused_by_name()
    {
        _folder.Write("a.bmp", Bitmap(10));
        _folder.Write("b.bmp", Bitmap(10)[..20]);
        using (DataSource data = DataSource.Open($"images:{_folder.Path}", new SampleShape(4, 4, 3)))
            Assert.Contains("2x2", Assert.Throws<DataSourceException>(() => data.Read(0)).Message);
        using DataSource damaged = DataSource.Open($"images:{_folder.Path}", Image);
        Assert.Contains("b.bmp", Assert.Throws<DataSourceException>(() => damaged.Read(1)).Message);
    }

    [Fact]
    public void Bytes_are_normalised_by_channel_and_floats_are_not()
    {
        InputNormalization normalization = Normalizer.Create(2, [0.5, 0.25], [2]);
        Assert.Equal([(float)(((255 * (1.0 / 255)) - 0.5) / 2), -0.125f], normalization.Apply(new Sample([255, 0], null, -1)));
        Assert.Equal([3f, 4f], normalization.Apply(new Sample(null, [3, 4], -1)));
        Assert.Throws<ArgumentException>(() => Normalizer.Create(3, [0.5, 0.25]));
        Assert.Throws<ArgumentException>(() => Normalizer.Create(1, std: [0]));
    }

    /// <summary>A .npy file of whole numbers, of the type where it has one.</summary>
    private static byte[] Npy(string type, string shape, int[] values)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        header = header.PadRight(128 - 10 - 1) + "\n";
        using var file = new MemoryStream();
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header)]);
        var element = new byte[8];
        foreach (int value in values)
        {
            Array.Clear(element);
            if (type == "<f4")
                BinaryPrimitives.WriteSingleLittleEndian(element, value);
            else
                BinaryPrimitives.WriteInt64LittleEndian(element, value);
            file.Write(element, 0, type switch { "<f4" => 4, "<i8" or "<f8" => 8, _ => 1 });
        }

        return file.ToArray();
    }

    /// <summary>A grey bitmap of 2x2 pixels.</summary>
    private static byte[] Bitmap(byte grey)
    {
        const int HeaderBytes = 54, RowBytes = 8, Side = 2;
        var file = new byte[HeaderBytes + (Side * RowBytes)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        file[10] = HeaderBytes;
        file[14] = 40;
        file[18] = Side;
        file[22] = Side;
        file[26] = 1;
        file[28] = 24;
        file.AsSpan(HeaderBytes).Fill(grey);
        return file;
    }
}

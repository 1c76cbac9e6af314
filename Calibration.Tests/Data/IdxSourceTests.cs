using System.IO.Compression;
using BitKernelGen.Calibration.Data;

namespace BitKernelGen.Calibration.Tests.Data;

public sealed class IdxSourceTests : IDisposable
{
    private static readonly byte[] TwoImages = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
    private static readonly byte[] TwoLabels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];
    private static readonly SampleShape Shape = new(1, 3, 1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_images_and_labels(bool isZipped)
    {
        string images = _folder.Write("images", isZipped ? Zip(TwoImages) : TwoImages);
        string labels = _folder.Write("labels", isZipped ? Zip(TwoLabels) : TwoLabels);
        using DataSource data = DataSource.Open($"idx:{images},{labels}", Shape);
        Assert.Equal(2, data.Count);
        Assert.True(data.HasLabels);
        Sample second = data.Read(1);
        Assert.Equal([4, 5, 6], second.Bytes);
        Assert.Equal(9, second.Label);
    }

    [Fact]
    public void Labels_may_be_left_out()
    {
        using DataSource data = DataSource.Open($"idx:{_folder.Write("images", TwoImages)}", Shape);
        Assert.False(data.HasLabels);
        Assert.Equal(-1, data.Read(0).Label);
    }

    [Fact]
    public void Refuses_a_file_cut_off_anywhere()
    {
        for (int length = 0; length < TwoImages.Length; length++)
        {
            string images = _folder.Write("images", TwoImages[..length]);
            Assert.Throws<DataSourceException>(() => DataSource.Open($"idx:{images}", Shape));
        }
    }

    [Fact]
    public void Refuses_a_gzip_file_cut_off()
    {
        byte[] zipped = Zip(TwoImages);
        for (int length = 2; length < zipped.Length; length++)
        {
            string images = _folder.Write("images", zipped[..length]);
            Exception? exception = Record.Exception(() => DataSource.Open($"idx:{images}", Shape).Dispose());
            Assert.True(exception is null or DataSourceException, $"{length}: {exception}");
        }
    }

    [Theory]
    [InlineData("two zero bytes", 1, 0, 8, 1, 0, 0, 0, 1, 1)]
    [InlineData("0x0D", 0, 0, 0x0D, 1, 0, 0, 0, 1, 1)]
    [InlineData("claims -1", 0, 0, 8, 2, 255, 255, 255, 255, 0, 0, 0, 3)]
    [InlineData("claims", 0, 0, 8, 3, 127, 255, 255, 255, 127, 255, 255, 255, 127, 255, 255, 255)]
    public void Says_what_is_wrong(string expected, params int[] bytes)
    {
        string path = _folder.Write("foreign", Array.ConvertAll(bytes, value => (byte)value));
        Assert.Contains(expected, Assert.Throws<DataSourceException>(() => DataSource.Open($"idx:{path}", Shape)).Message);
    }

    [Fact]
    public void Refuses_images_of_another_size_and_other_labels()
    {
        string images = _folder.Write("images", TwoImages), labels = _folder.Write("labels", 0, 0, 8, 1, 0, 0, 0, 1, 7);
        Assert.Contains("1x3x1", Assert.Throws<DataSourceException>(() => DataSource.Open($"idx:{images}", new SampleShape(28, 28, 1))).Message);
        Assert.Contains("[2]", Assert.Throws<DataSourceException>(() => DataSource.Open($"idx:{images},{labels}", Shape)).Message);
    }

    private static byte[] Zip(byte[] content)
    {
        var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
            gzip.Write(content);
        return buffer.ToArray();
    }
}

using BitKernelGen.Calibration.Records;

namespace BitKernelGen.Calibration.Tests.Records;

public sealed class CalibrationRecordFileTests : IDisposable
{
    private const string Sha256 = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

    private readonly string _folder = Directory.CreateTempSubdirectory("record").FullName;

    private string FilePath => Path.Combine(_folder, "Net.calibration.json");

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        CalibrationRecord record = Sample();

        CalibrationRecordFile.Write(FilePath, record);
        CalibrationRecord read = CalibrationRecordFile.Read(FilePath, Sha256)!;

        Assert.Equal([FilePath], Directory.GetFileSystemEntries(_folder));
        Assert.Equivalent(record, read, strict: true);
        Assert.Equal("Net.calibration.json", Path.GetFileName(CalibrationRecordFile.PathFor(Path.Combine(_folder, "Net.bitprofile"))));
    }

    [Fact]
    public void WithoutAFileThereIsNoRecord() => Assert.Null(CalibrationRecordFile.Read(FilePath, Sha256));

    [Fact]
    public void TheRecordOfAnotherProfileIsRefused()
    {
        CalibrationRecordFile.Write(FilePath, Sample());

        Refused(new string('0', 64), "another profile", Sha256);
    }

    [Theory]
    [InlineData("", "", "is no calibration record")]
    [InlineData("\"bitkernel-calibration/1\"", "\"bitkernel-calibration/2\"", "bitkernel-calibration/2")]
    [InlineData("\"format\"", "\"fromat\"", "fromat")]
    [InlineData("\"format\"", "\"samples\":1,\"format\"", "samples")]
    [InlineData("\"samples\":64", "\"samples\":0", "samples must be above 0")]
    [InlineData("\"samples\":64", "\"samples\":\"64\"", "samples")]
    [InlineData("\"samples\":64,", "", "samples")]
    [InlineData("\"tensors\":[", "\"tensors\":[null,", "tensors")]
    [InlineData("\"seconds\":1.5", "\"seconds\":1e999", "seconds")]
    [InlineData("\"counts\":[7,0,1]", "\"counts\":[7,-1,1]", "tensor 'input' histogram counts")]
    [InlineData("\"counts\":[7,0,1]", "\"counts\":[]", "1 to 256 counts")]
    [InlineData("\"counts\":[7,0,1]", "\"counts\":null", "counts")]
    [InlineData("\"width\":0.5", "\"width\":0", "width above 0")]
    [InlineData("\"coefficients\":[2,1]", "\"coefficients\":[2,1,1]", "as many coefficients as bits")]
    [InlineData("\"coefficients\":[2,1]", "\"coefficients\":[2,0]", "above 0")]
    [InlineData("\"bits\":1", "\"bits\":9", "from 1 to 8")]
    [InlineData("\"bits\":1", "\"bits\":2", "as many")]
    [InlineData("\"name\":\"conv\"", "\"name\":\"dense\"", "'dense' twice")]
    [InlineData("\"top1\":0.5", "\"top1\":1.5", "from 0 to 1")]
    public void WhatIsMalformedIsRefused(string old, string replacement, string message)
    {
        CalibrationRecordFile.Write(FilePath, Sample());
        string text = File.ReadAllText(FilePath);
        Assert.Contains(old, text);
        File.WriteAllText(FilePath, old.Length == 0 ? "not JSON" : text.Replace(old, replacement));

        Refused(Sha256, message);
    }

    [Fact]
    public void NoCutAndNoFlippedByteDoesMoreThanBeRefused()
    {
        CalibrationRecordFile.Write(FilePath, Sample());
        byte[] whole = File.ReadAllBytes(FilePath);
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            byte[] altered = [.. whole[..random.Next(whole.Length + 1)]];
            if (altered.Length > 0)
                altered[random.Next(altered.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(FilePath, altered);
            try
            {
                CalibrationRecordFile.Read(FilePath, Sha256);
            }
            catch (CalibrationRecordException exception)
            {
                Assert.Contains(FilePath, exception.Message);
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Refused(string sha256, params string[] messages)
    {
        string message = Assert.Throws<CalibrationRecordException>(() => CalibrationRecordFile.Read(FilePath, sha256)).Message;
        Assert.All([FilePath, "bitkernel quantize", .. messages], part => Assert.Contains(part, message));
    }

    private static CalibrationRecord Sample() => new()
    {
        Format = CalibrationRecord.CurrentFormat,
        WeightsSha256 = Sha256,
        Method = "exact",
        Rounding = "sequential",
        Samples = 64,
        Seconds = 1.5,
        RateAsked = 4,
        Check = new CheckRecord { Samples = 10, Top1 = 0.5, FloatTop1 = 0.75, Top5 = 1, Agreement = 0.875, SqnrDb = 20.25 },
        Tensors =
        [
            new TensorRecord
            {
                Name = "input",
                Elements = 4,
                Min = -0.5,
                Max = 0.75,
                Histogram = new HistogramRecord { Low = -0.5, Width = 0.5, Counts = [7, 0, 1] },
                Curve =
                [
                    new CodeRecord { Bits = 1, Step = 0.5, Zero = 0, Coefficients = [1], Distortion = 0.125, PsnrDb = 11, SqnrDb = 3 },
                    new CodeRecord { Bits = 2, Step = 0.25, Zero = 1, Coefficients = [2, 1], Distortion = 0 },
                ],
                Code = new CodeRecord { Bits = 2, Step = 0.25, Zero = 1, Coefficients = [2, 1], Distortion = 0 },
                Sensitivity = 2,
            },
        ],
        Layers =
        [
            new LayerRecord { Name = "conv", WeightBits = 4, WeightSqnrDb = 20.5, SqnrDb = 18.5 },
            new LayerRecord { Name = "dense" },
        ],
    };
}

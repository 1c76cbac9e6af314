using System.Security.Cryptography;

namespace BitKernelGen.Runtime.Tests;

public class SafeTensorsTests
{
    private const string Two =
        """{"a":{"dtype":"U8","shape":[2,3],"data_offsets":[0,6]},"b":{"dtype":"F32","shape":[1],"data_offsets":[6,10]}}""";

    [Fact]
    public void ReadsWhatIsThere()
    {
        byte[] bytes = SafeTensorsFile.FromTensors(("first", "U8", [2, 3], [1, 2, 3, 4, 5, 6]), SafeTensorsFile.Floats("second", 1.5f));

        SafeTensors file = SafeTensors.Read(bytes);

        Assert.Equal(["first", "second"], file.Names);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Bytes("first", "U8", 2, 3).ToArray());
        Assert.Equal(1.5f, BitConverter.ToSingle(file.Bytes("second", "F32", 1)));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.Sha256);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void ReadsMetadataAndPadding()
    {
        SafeTensors file = SafeTensors.Read(SafeTensorsFile.FromHeader("""{"__metadata__":{"format":"bitprofile/1"}}    """, 0));

        Assert.Equal("bitprofile/1", Assert.Single(file.Metadata).Value);
        Assert.Empty(file.Names);
    }

    [Fact]
    public void NamesFollowTheBytesNotTheHeader()
    {
        const string Header =
            """{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""";

        Assert.Equal(["a", "b"], SafeTensors.Read(SafeTensorsFile.FromHeader(Header, 2)).Names);
    }

    [Fact]
    public void EmptyAndScalarTensorsAreTensors()
    {
        byte[] bytes = SafeTensorsFile.FromTensors(("none", "F32", [0, 7], []), ("one", "U8", [], [9]));

        SafeTensors file = SafeTensors.Read(bytes);

        Assert.True(file.Bytes("none", "F32", 0, 7).IsEmpty);
        Assert.Equal([9], file.Bytes("one", "U8").ToArray());
    }

    [Fact]
    public void StreamsThatSeekAndThatDoNotReadAlike()
    {
        byte[] bytes = SafeTensorsFile.FromHeader(Two, 10);
        using var seeking = new MemoryStream([0, 0, .. bytes]) { Position = 2 };
        using var forward = new ForwardStream(bytes);

        Assert.Equal(SafeTensors.Read(bytes).Sha256, SafeTensors.Read(seeking).Sha256);
        Assert.Equal(SafeTensors.Read(bytes).Sha256, SafeTensors.Read(forward).Sha256);
    }

    [Fact]
    public void AFileThatIsRefusedIsNamed()
    {
        string path = Path.GetTempFileName();
        try
        {
            Assert.Contains(path, Assert.Throws<WeightsException>(() => SafeTensors.ReadFile(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("c", "U8", new[] { 2, 3 }, "'c' is missing")]
    [InlineData("a", "I8", new[] { 2, 3 }, "'a' is U8 [2, 3]; expected I8 [2, 3]")]
    [InlineData("a", "U8", new[] { 3, 2 }, "'a' is U8 [2, 3]; expected U8 [3, 2]")]
    [InlineData("a", "U8", new[] { 6 }, "'a' is U8 [2, 3]; expected U8 [6]")]
    public void ATensorThatDiffersIsNamedWithBothShapes(string name, string dtype, int[] shape, string message)
    {
        SafeTensors file = SafeTensors.Read(SafeTensorsFile.FromHeader(Two, 10));

        Assert.Contains(message, Assert.Throws<WeightsException>(() => file.Bytes(name, dtype, shape)).Message);
    }

    [Fact]
    public void TruncatedAnywhereIsRefused()
    {
        byte[] bytes = SafeTensorsFile.FromHeader(Two, 10);
        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<WeightsException>(() => SafeTensors.Read(bytes[..length]));
        Assert.Throws<WeightsException>(() => SafeTensors.Read([.. bytes, 0]));
    }

    [Theory]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001UL)]
    [InlineData(1000UL)]
    [InlineData(0UL)]
    public void HeaderLengthsThatDoNotFitAreRefused(ulong length)
    {
        byte[] bytes = SafeTensorsFile.FromHeader(Two, 10);
        BitConverter.TryWriteBytes(bytes, length);

        Assert.Contains("header", Assert.Throws<WeightsException>(() => SafeTensors.Read(bytes)).Message);
    }

    [Theory]
    [InlineData("overlap", 3, """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""")]
    [InlineData("belong to none", 5, """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""")]
    [InlineData("belong to none", 3, """{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""")]
    [InlineData("after the last", 3, """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""")]
    [InlineData("after the file", 1, """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""")]
    [InlineData("after the file", 1, """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""")]
    [InlineData("'a' is there twice", 2, """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""")]
    [InlineData("unknown dtype 'U7'", 1, """{"a":{"dtype":"U7","shape":[1],"data_offsets":[0,1]}}""")]
    [InlineData("dtype", 1, """{"a":{"dtype":8,"shape":[1],"data_offsets":[0,1]}}""")]
    [InlineData("takes 1 bytes", 1, """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}}""")]
    [InlineData("takes 4 bytes", 4, """{"a":{"dtype":"U8","shape":[4294967297,4294967297,4294967297],"data_offsets":[0,4]}}""")]
    [InlineData("shape", 1, """{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""")]
    [InlineData("shape", 1, """{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}""")]
    [InlineData("shape", 1, """{"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""")]
    [InlineData("shape", 1, """{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""")]
    [InlineData("data_offsets", 1, """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""")]
    [InlineData("data_offsets", 1, """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""")]
    [InlineData("data_offsets", 1, """{"a":{"dtype":"U8","shape":[1]}}""")]
    [InlineData("'more'", 1, """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}}""")]
    [InlineData("twice", 1, """{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""")]
    [InlineData("object", 0, """{"a":[]}""")]
    [InlineData("object", 0, """[]""")]
    [InlineData("object", 0, """ {}""")]
    [InlineData("JSON", 0, """{} {}""")]
    [InlineData("JSON", 0, """{"a":}""")]
    [InlineData("JSON", 0, """{"\ud800":{}}""")]
    [InlineData("strings only", 0, """{"__metadata__":{"format":1}}""")]
    [InlineData("object", 0, """{"__metadata__":"format"}""")]
    [InlineData("'format' twice", 0, """{"__metadata__":{"format":"1","format":"2"}}""")]
    [InlineData("twice", 0, """{"__metadata__":{},"__metadata__":{}}""")]
    public void WhatIsWrongIsSaid(string message, int dataBytes, string header)
    {
        var exception = Assert.Throws<WeightsException>(() => SafeTensors.Read(SafeTensorsFile.FromHeader(header, dataBytes)));

        Assert.Contains(message, exception.Message);
    }

    [Fact]
    public void InvalidUtf8IsRefused()
    {
        byte[] header = [.. "{\""u8, 0xFF, .. "\":{}}"u8];

        Assert.Contains("UTF-8", Assert.Throws<WeightsException>(() => SafeTensors.Read(SafeTensorsFile.FromHeader(header, []))).Message);
    }

    [Fact]
    public void MutationsAreReadOrRefusedAndNothingElse()
    {
        byte[] good = SafeTensorsFile.FromTensors(
            ("x.weight", "U8", [2, 3], [1, 2, 3, 4, 5, 6]),
            SafeTensorsFile.Floats("x.scale", 1, 2),
            SafeTensorsFile.Floats("x.bias", 0, -1));
        Assert.Equal(6, QuantizedLayer.Read(SafeTensors.Read(good), "x", 2, 3, 8).Values.Length);

        var random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. good];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(bytes.Length);
                bytes = random.Next(4) switch
                {
                    0 => [.. bytes[..at], .. bytes[(at + 1)..], 0],
                    1 => [.. bytes[..at], (byte)random.Next(32, 127), .. bytes[at..]],
                    2 => [.. bytes[..at], (byte)(bytes[at] ^ (1 << random.Next(8))), .. bytes[(at + 1)..]],
                    _ => [.. bytes[..at], good[random.Next(good.Length)], .. bytes[(at + 1)..]],
                };
            }

            try
            {
                _ = QuantizedLayer.Read(SafeTensors.Read(bytes), "x", 2, 3, 8);
            }
            catch (WeightsException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 10_000, 19_999);
    }

    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

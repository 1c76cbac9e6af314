using System.IO.MemoryMappedFiles;
using BitKernelGen.Packing;

namespace BitKernelGen.Runtime.Tests;

public sealed class WeightsFileTests : IDisposable
{
    private static readonly byte[] Bytes = SafeTensorsFile.FromTensors(("first", "U8", [2, 3], [1, 2, 3, 4, 5, 6]), SafeTensorsFile.Floats("second", 1.5f));

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void AFileIsRead()
    {
        File.WriteAllBytes(_path, Bytes);
        using var file = WeightsFile.Open(_path);
        RequireAll(file);
    }

    [Fact]
    public void ARefusedFileIsNamed()
    {
        File.WriteAllBytes(_path, Bytes[..^1]);
        WeightsException refusal = Assert.Throws<WeightsException>(() => WeightsFile.Open(_path));
        Assert.StartsWith($"{_path}: ", refusal.Message);
    }

    /// <summary>From where they are to their ends; what cannot seek, and what is mapped, as well.</summary>
    [Fact]
    public unsafe void StreamsAreRead()
    {
        byte[] behind = [7, 7, 7, .. Bytes];
        using var managed = new MemoryStream(behind) { Position = 3 };
        using (var file = WeightsFile.Open(managed))
            RequireAll(file);
        using (var file = WeightsFile.Open(new Unseekable(Bytes)))
            RequireAll(file);

        File.WriteAllBytes(_path, Bytes);
        using var mapped = MemoryMappedFile.CreateFromFile(_path);
        using MemoryMappedViewStream view = mapped.CreateViewStream(0, Bytes.Length, MemoryMappedFileAccess.Read);
        using (var file = WeightsFile.Open(view))
            RequireAll(file);

        fixed (byte* pointer = behind)
        {
            using var unmanaged = new UnmanagedMemoryStream(pointer, behind.Length) { Position = 3 };
            using var file = WeightsFile.Open(unmanaged);
            RequireAll(file);
            Assert.True(file.Tensors.Bytes("first", "U8", 2, 3).Overlaps(behind));
        }
    }

    [Fact]
    public void AStreamThatEndsEarlyIsRefused()
    {
        WeightsException refusal = Assert.Throws<WeightsException>(() => WeightsFile.Open(new Short(Bytes)));
        Assert.Equal($"The stream ended after {Bytes.Length} of {Bytes.Length + 1} bytes.", refusal.Message);
    }

    private static void RequireAll(WeightsFile file)
    {
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Tensors.Bytes("first", "U8", 2, 3).ToArray());
        Assert.Equal(1.5f, BitConverter.ToSingle(file.Tensors.Bytes("second", "F32", 1)));
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    private sealed class Short(byte[] bytes) : MemoryStream(bytes)
    {
        public override long Length => base.Length + 1;
    }

    [Fact]
    public void AStreamPastItsEndHoldsNothing()
    {
        using var stream = new MemoryStream(new byte[10]) { Position = 11 };

        Assert.Contains("has 0 bytes", Assert.Throws<WeightsException>(() => WeightsFile.Open(stream)).Message);
        Assert.Contains("has 0 bytes", Assert.Throws<WeightsException>(() => SafeTensors.Read(stream)).Message);
    }
}

using System.Runtime.InteropServices;

namespace BitKernelGen.Packing;

/// <summary>
/// A weights file while a model is loaded from it. Its bytes are not the garbage collector's, which would keep them for long after they
/// have been packed: they are given back when this is disposed of, and so is what <see cref="Tensors"/> reads.
/// </summary>
public sealed unsafe class WeightsFile : IDisposable
{
    private byte* _memory;

    private WeightsFile(int length) => _memory = (byte*)NativeMemory.Alloc((nuint)length);

    /// <summary>Without a file of its own.</summary>
    private WeightsFile(SafeTensors tensors) => Tensors = tensors;

    /// <summary>The tensors, valid until this is disposed of.</summary>
    public SafeTensors Tensors { get; private set; } = null!;

    /// <summary>Reads a file.</summary>
    /// <exception cref="WeightsException">It is not a valid safetensors file.</exception>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static WeightsFile Open(string path) => SafeTensors.ReadFile(path, Open);

    /// <summary>Reads from a stream's position to its end. What is in memory, as an assembly's resources are, is read where it lies.</summary>
    /// <param name="stream">The stream, which must not be closed before this is disposed of.</param>
    /// <exception cref="WeightsException">What was read is not a valid safetensors file.</exception>
    /// <exception cref="IOException">The stream cannot be read, or holds more than 2 GB and cannot seek.</exception>
    public static WeightsFile Open(Stream stream)
    {
        if (!stream.CanSeek)
            return new WeightsFile(SafeTensors.Read(stream));
        int length = SafeTensors.Remaining(stream);
        if (InMemory(stream) is var memory && memory != null)
            return new WeightsFile(SafeTensors.Read(memory, length));

        var file = new WeightsFile(length);
        try
        {
            SafeTensors.Fill(stream, new Span<byte>(file._memory, length));
            file.Tensors = SafeTensors.Read(file._memory, length);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Where a stream's bytes lie, or null. Views of files that others may change are not read in place.</summary>
    private static byte* InMemory(Stream stream)
    {
        try
        {
            return stream is UnmanagedMemoryStream memory ? memory.PositionPointer : null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Gives the bytes back.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}

using System.Runtime.InteropServices;

namespace BitKernelGen.Packing;

/// <summary>
/// A weights file while a model is loaded from it. Its bytes are not the garbage collector's, which would keep them for long after they
/// have been packed: they are given back when this is disposed of, and so is what <see cref="Tensors"/> reads.
/// </summary>
public sealed unsafe class WeightsFile : IDisposable
{
    private byte* _memory;

    private WeightsFile(long length)
    {
        if (length > Array.MaxLength)
            throw new WeightsException($"The file has {length} bytes; at most {Array.MaxLength} are supported.");
        _memory = (byte*)NativeMemory.Alloc((nuint)length);
    }

    /// <summary>Without a file of its own.</summary>
    private WeightsFile(SafeTensors tensors) => Tensors = tensors;

    /// <summary>The tensors, valid until this is disposed of.</summary>
    public SafeTensors Tensors { get; private set; } = null!;

    /// <summary>Reads a file.</summary>
    /// <exception cref="WeightsException">It is not a valid safetensors file.</exception>
    public static WeightsFile Open(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Open(stream);
        }
        catch (WeightsException exception)
        {
            throw new WeightsException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads from a stream's position to its end. What is in memory, as an assembly's resources are, is read where it lies.</summary>
    /// <param name="stream">The stream, which must not be closed before this is disposed of.</param>
    /// <exception cref="WeightsException">What was read is not a valid safetensors file.</exception>
    public static WeightsFile Open(Stream stream)
    {
        if (!stream.CanSeek)
            return new WeightsFile(SafeTensors.Read(stream));
        long length = stream.Length - stream.Position;
        if (length <= Array.MaxLength && InMemory(stream) is var memory && memory != null)
            return new WeightsFile(SafeTensors.Read(memory, (int)length));

        var file = new WeightsFile(length);
        try
        {
            int read = stream.ReadAtLeast(new Span<byte>(file._memory, (int)length), (int)length, throwOnEndOfStream: false);
            if (read < length)
                throw new WeightsException($"The stream ended after {read} of {length} bytes.");
            file.Tensors = SafeTensors.Read(file._memory, read);
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

using System.Runtime.InteropServices;

namespace BitKernelGen.Generator.Tests;

/// <summary>Memory between two pages that nobody may touch: a byte read or written beside it ends the process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int None = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    private readonly nint _mapping;
    private readonly nint _length;

    /// <param name="bytes">How many.</param>
    /// <param name="isAtEnd">Whether the last byte lies before the page behind; else the first one lies after the page before.</param>
    public GuardedMemory(int bytes, bool isAtEnd)
    {
        nint page = Environment.SystemPageSize, inner = (bytes + page - 1) / page * page;
        _length = inner + (2 * page);
        _mapping = Map(0, _length, None, PrivateAnonymous, -1, 0);
        if (_mapping == -1 || Protect(_mapping + page, inner, ReadWrite) != 0)
            throw new InvalidOperationException($"No memory of {bytes} bytes: {Marshal.GetLastPInvokeError()}.");
        Pointer = (byte*)(_mapping + page + (isAtEnd ? inner - bytes : 0));
        Bytes = bytes;
    }

    public byte* Pointer { get; }

    public int Bytes { get; }

    /// <summary>Whether the operating system is one that this is written for.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>All of it.</summary>
    public Span<T> As<T>()
        where T : unmanaged => new(Pointer, Bytes / sizeof(T));

    public void Dispose() => _ = Unmap(_mapping, _length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nint length);
}

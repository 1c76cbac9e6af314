using System.Runtime.CompilerServices;

namespace BitKernelGen.Execution;

/// <summary>The arena and scratch of one call at a time: a pinned block, aligned to a cache line.</summary>
public sealed unsafe class Workspace
{
    private const int Alignment = 64;

    // A pinned array rather than native memory: the garbage collector frees it, and no use after a free is possible.
    private readonly byte[] _block;

    /// <summary>Its size, the alignment not counted.</summary>
    internal long Bytes => _block.Length - Alignment;

    internal Workspace(int bytes)
    {
        _block = GC.AllocateArray<byte>(bytes + Alignment, pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref _block[0]);
        Memory = (byte*)((address + Alignment - 1) & ~(nuint)(Alignment - 1));
    }

    /// <summary>The first byte, at a multiple of 64. Valid while this object is reachable.</summary>
    public byte* Memory { get; }
}

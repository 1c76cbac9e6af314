using System.Runtime.CompilerServices;

namespace BitKernelGen.Packing;

/// <summary>
/// The resident weights of a model: one pinned block for each layer, aligned to a cache line. The garbage collector frees them with
/// the model, so that a call that is still running never reads freed memory.
/// </summary>
public sealed unsafe class PackedWeights
{
    private const int Alignment = 64;
    private readonly List<byte[]> _blocks = [];
    private readonly Func<int, nint>? _allocate;

    /// <summary>No weights yet.</summary>
    public PackedWeights()
    {
    }

    /// <summary>Blocks in memory of somebody else's, of exactly their size: for tests of what packers write.</summary>
    /// <param name="allocate">From a size to the first of so many zeros.</param>
    internal PackedWeights(Func<int, nint> allocate) => _allocate = allocate;

    /// <summary>Bytes of all blocks, their alignment not counted.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a block of zeros; several threads may.</summary>
    /// <param name="bytes">Its size; <see cref="PanelUnpacker.Slack"/> more may be read.</param>
    /// <returns>Its first byte, at a multiple of 64. Valid while this object is reachable.</returns>
    public byte* Add(int bytes)
    {
        if (_allocate is not null)
            return (byte*)_allocate(bytes);
        byte[] block = GC.AllocateArray<byte>(bytes + Alignment + PanelUnpacker.Slack, pinned: true);
        lock (_blocks)
        {
            _blocks.Add(block);
            Bytes += bytes;
        }

        nuint address = (nuint)Unsafe.AsPointer(ref block[0]);
        return (byte*)((address + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}

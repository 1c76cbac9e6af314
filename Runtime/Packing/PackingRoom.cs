namespace BitKernelGen.Packing;

/// <summary>What packing needs besides its target, one layer after the other in the same memory.</summary>
/// <param name="largest">Bytes of the largest tensor of weights.</param>
internal sealed class PackingRoom(int largest)
{
    private sbyte[] _weights = [], _panel = [], _taps = [];

    /// <summary>Room for the weights of a layer. Its contents are not defined.</summary>
    public sbyte[] Weights(int count) => AtLeast(ref _weights, count, 2L * largest);

    /// <summary>Room for a panel. Its contents are not defined.</summary>
    public Span<sbyte> Panel(int count) => AtLeast(ref _panel, count, 0).AsSpan(0, count);

    /// <summary>Room for the weights of a layer in another order. Its contents are not defined.</summary>
    public sbyte[] Taps(int count) => AtLeast(ref _taps, count, 2L * largest);

    /// <summary>Of weights of four bits the first array is large enough for all; pages that nobody touches cost nothing.</summary>
    private static sbyte[] AtLeast(ref sbyte[] array, int count, long expected)
    {
        if (array.Length < count)
            array = GC.AllocateUninitializedArray<sbyte>((int)Math.Min(Math.Max(count, expected), Array.MaxLength));
        return array;
    }
}

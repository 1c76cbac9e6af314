using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BitKernelGen.Packing;

/// <summary>
/// Tables of sums: for four levels of 0 to 3, what four weights of −1, 0 and 1 make of them. Of each pair of opposite sums only one is
/// there, 41 of 64 entries; kernels make the others by negation. All 256 tables lie in the first-level cache.
/// </summary>
public static unsafe class ActivationTables
{
    /// <summary>Bytes of a table.</summary>
    private const int TableBytes = 64;

    /// <summary>Entries of a table with a meaning: they stand for weights (w₃ w₂ w₁ w₀), read in base three with digits w + 1.</summary>
    private const int Entries = 41;

    /// <summary>The entry whose weights are all 0.</summary>
    private const byte ZeroEntry = Entries - 1;

    private const int Levels = 4, MaxLevel = 3;

    private static readonly byte* FirstTable = Create();

    /// <summary>The table of the levels 0, 0, 0, 0; that of the levels a, b, c, d is 64 · (a + 4b + 16c + 64d) bytes further on. Never freed.</summary>
    public static byte* First => FirstTable;

    /// <summary>The entry for four weights, 0 to 127: from 64 on stand the negated ones.</summary>
    internal static byte Entry(int w0, int w1, int w2, int w3)
    {
        int index = w0 + 1 + (3 * (w1 + 1)) + (9 * (w2 + 1)) + (27 * (w3 + 1));
        return (byte)(index < Entries ? index : TableBytes + (2 * ZeroEntry) - index);
    }

    private static byte* Create()
    {
        const int Tables = 1 << (2 * Levels);
        byte* tables = (byte*)NativeMemory.AlignedAlloc(Tables * TableBytes, TableBytes);
        NativeMemory.Clear(tables, Tables * TableBytes);
        for (int levels = 0; levels < Tables; levels++)
        {
            for (int entry = 0; entry < Entries; entry++)
            {
                int sum = 0, digits = entry;
                for (int i = 0; i < Levels; i++, digits /= 3)
                    sum += ((digits % 3) - 1) * ((levels >> (2 * i)) & MaxLevel);
                tables[(levels * TableBytes) + entry] = (byte)sum;
            }
        }

        return tables;
    }

    /// <summary>Where the tables of levels lie, counted from the first one.</summary>
    /// <param name="levels">Levels of at most 3, four channels to a table; where fewer have weights, the others may be anything.</param>
    /// <param name="addresses">Receives an address for every four levels, then 64 addresses of the first table.</param>
    /// <param name="bytes">Levels; a vector more may be read.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Address(byte* levels, ushort* addresses, int bytes)
    {
        Vector512<sbyte> pairs = Vector512.Create((short)0x0401).AsSByte();
        Vector512<short> quads = Vector512.Create(0x0010_0001).AsInt16();
        Vector512<int> mask = Vector512.Create(0xff * TableBytes);
        ushort* end = addresses + (bytes / Levels);
        for (; addresses < end; levels += Vector512<byte>.Count, addresses += Vector256<ushort>.Count)
        {
            Vector512<int> table = Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.Load(levels), pairs), quads);
            Avx512F.ConvertToVector256UInt16(((table << 6) & mask).AsUInt32()).Store(addresses);
        }

        Vector512<ushort>.Zero.Store(end);
        Vector512<ushort>.Zero.Store(end + Vector512<ushort>.Count);
    }
}

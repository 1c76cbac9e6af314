using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BitKernelGen.Packing;

namespace BitKernelGen;

/// <summary>A layer's weights as a weights file holds them, unpacked to a byte each.</summary>
public sealed class QuantizedLayer
{
    // May be longer than the weights, which lie at its beginning.
    private readonly sbyte[] _values;

    private QuantizedLayer(int outputs, int inputs, sbyte[] values, float[] scale, float[] bias)
    {
        Outputs = outputs;
        Inputs = inputs;
        _values = values;
        Scale = scale;
        Bias = bias;
    }

    /// <summary>Output channels: rows of <see cref="Values"/>.</summary>
    public int Outputs { get; }

    /// <summary>Weights of one output: columns of <see cref="Values"/>, ordered by window row, window column, channel.</summary>
    public int Inputs { get; }

    /// <summary>The integer weights, [outputs, inputs].</summary>
    public sbyte[] Values => _values.Length == Outputs * Inputs ? _values : Weights.ToArray();

    /// <summary>The same, read where they lie.</summary>
    internal ReadOnlySpan<sbyte> Weights => _values.AsSpan(0, Outputs * Inputs);

    /// <summary>What one unit of a weight is worth, for each output; finite and above 0.</summary>
    public float[] Scale { get; }

    /// <summary>What is added to each output; finite.</summary>
    public float[] Bias { get; }

    /// <summary>
    /// Reads <c>layer.weight</c> (U8 [outputs, ⌈inputs · bits / 8⌉], low bits first, two's complement; of one bit, 1 is +1 and
    /// 0 is −1), <c>layer.scale</c> and <c>layer.bias</c> (F32 [outputs]).
    /// </summary>
    /// <param name="file">The weights file.</param>
    /// <param name="layer">The layer's name.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="inputs">Weights of one output.</param>
    /// <param name="bits">Bits of a weight, 1 to 8.</param>
    /// <exception cref="WeightsException">A tensor is missing or has another type or shape, or holds what no weight can be.</exception>
    public static QuantizedLayer Read(SafeTensors file, string layer, int outputs, int inputs, int bits) =>
        Read(file, layer, outputs, inputs, bits, room: null);

    /// <summary>The same, valid until the next layer is read into the same room.</summary>
    internal static QuantizedLayer Read(SafeTensors file, string layer, int outputs, int inputs, int bits, PackingRoom? room)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);

        long count = (long)outputs * inputs;
        if (count > Array.MaxLength)
            throw new WeightsException($"The layer '{layer}' has {count} weights; at most {Array.MaxLength} are supported.");
        int rowBytes = (int)((((long)inputs * bits) + 7) / 8);
        ReadOnlySpan<byte> packed = file.Bytes($"{layer}.weight", "U8", outputs, rowBytes);
        float[] scale = ReadFloats(file, $"{layer}.scale", outputs);
        float[] bias = ReadFloats(file, $"{layer}.bias", outputs);
        if (FirstBeyond(scale, float.Epsilon) is >= 0 and var badScale)
            throw new WeightsException($"'{layer}.scale' [{badScale}] is {scale[badScale]}; it must be finite and above 0.");
        if (FirstBeyond(bias, float.MinValue) is >= 0 and var badBias)
            throw new WeightsException($"'{layer}.bias' [{badBias}] is {bias[badBias]}; it must be finite.");

        sbyte[] array = room?.Weights((int)count) ?? GC.AllocateUninitializedArray<sbyte>((int)count);
        Span<sbyte> values = array.AsSpan(0, (int)count);
        int usedBits = (int)((((long)inputs * bits) - 1) % 8) + 1;
        if (usedBits == 8)
            Unpack(packed, bits, values);
        else if (UnpackRows(packed, bits, rowBytes, usedBits, inputs, values) is >= 0 and var row)
            throw new WeightsException($"'{layer}.weight' row {row} has bits set after its last weight.");

        // The range is symmetric: two's complement has one value more.
        int refused = bits == 1 ? -1 : values.IndexOf((sbyte)(-1 << (bits - 1)));
        if (refused >= 0)
            throw new WeightsException(
                $"'{layer}.weight' [{refused / inputs}, {refused % inputs}] is {values[refused]}; "
                + $"weights of {bits} bits are at least {values[refused] + 1}.");
        return new QuantizedLayer(outputs, inputs, array, scale, bias);
    }

    /// <summary>The first number that is below the least allowed, infinite or none; -1 where there is no such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FirstBeyond(float[] values, float least)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= least && values[i] <= float.MaxValue))
                return i;
        }

        return -1;
    }

    /// <summary>Rows that end within a byte.</summary>
    /// <returns>The first row whose last byte has bits set that belong to no weight; -1 where there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackRows(ReadOnlySpan<byte> packed, int bits, int rowBytes, int usedBits, int inputs, Span<sbyte> values)
    {
        for (int first = 0, o = 0; first < packed.Length; first += rowBytes, o++)
        {
            ReadOnlySpan<byte> row = packed.Slice(first, rowBytes);
            if (row[^1] >> usedBits != 0)
                return o;
            Unpack(row, bits, values.Slice(o * inputs, inputs));
        }

        return -1;
    }

    /// <summary>Reads a list of float32 numbers below 2³⁰, such as <c>layer.slope</c>.</summary>
    /// <param name="file">The weights file.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="WeightsException">The tensor is missing, has another type or shape, or holds a NaN or a number of 2³⁰ or more.</exception>
    public static float[] ReadFinite(SafeTensors file, string name, int count)
    {
        float[] values = ReadFloats(file, name, count);
        int bad = Array.FindIndex(values, value => !(Math.Abs(value) < 1 << 30));
        return bad < 0 ? values : throw new WeightsException($"'{name}' [{bad}] is {values[bad]}; it must be below 2³⁰.");
    }

    private static float[] ReadFloats(SafeTensors file, string name, int count)
    {
        ReadOnlySpan<byte> bytes = file.Bytes(name, "F32", count);
        var floats = new float[count];
        bytes.CopyTo(MemoryMarshal.AsBytes(floats.AsSpan()));
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(floats), MemoryMarshal.Cast<float, int>(floats.AsSpan()));
        return floats;
    }

    private static void Unpack(ReadOnlySpan<byte> row, int bits, Span<sbyte> values)
    {
        if (bits == 8)
        {
            MemoryMarshal.Cast<byte, sbyte>(row).CopyTo(values);
            return;
        }

        int done = bits == 4 ? UnpackNibbles(row, values) : Bmi2.X64.IsSupported ? UnpackEights(row, bits, values) : 0;
        if (bits == 1)
            UnpackSigns(row[(done / 8)..], values[done..]);
        else
            UnpackAny(row[(done / 8 * bits)..], bits, values[done..]);
    }

    /// <summary>Sixteen bytes at a time.</summary>
    /// <returns>How many weights it unpacked.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackNibbles(ReadOnlySpan<byte> row, Span<sbyte> values)
    {
        Vector128<sbyte> sign = Vector128.Create((sbyte)8);
        int i = 0;
        for (; i <= values.Length - 32; i += 32)
        {
            (Vector128<ushort> first, Vector128<ushort> second) = Vector128.Widen(Vector128.Create(row.Slice(i / 2, 16)));
            ((Spread(first) ^ sign) - sign).CopyTo(values.Slice(i, 16));
            ((Spread(second) ^ sign) - sign).CopyTo(values.Slice(i + 16, 16));
        }

        return i;

        static Vector128<sbyte> Spread(Vector128<ushort> pairs) => ((pairs | (pairs << 4)) & Vector128.Create((ushort)0x0F0F)).AsSByte();
    }

    /// <summary>Eight weights, which take whole bytes, at a time.</summary>
    /// <returns>How many weights it unpacked.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackEights(ReadOnlySpan<byte> row, int bits, Span<sbyte> values)
    {
        ulong mask = ((1UL << bits) - 1) * 0x0101_0101_0101_0101;
        Vector128<sbyte> sign = Vector128.Create((sbyte)(1 << (bits - 1)));
        int i = 0;
        for (; i <= values.Length - 8 && row.Length >= sizeof(ulong); i += 8, row = row[bits..])
        {
            Vector128<sbyte> eight = Vector128.CreateScalar(Bmi2.X64.ParallelBitDeposit(BinaryPrimitives.ReadUInt64LittleEndian(row), mask)).AsSByte();
            eight = bits == 1 ? eight + eight - sign : (eight ^ sign) - sign;
            BinaryPrimitives.WriteUInt64LittleEndian(MemoryMarshal.AsBytes(values.Slice(i, 8)), eight.AsUInt64().ToScalar());
        }

        return i;
    }

    private static void UnpackSigns(ReadOnlySpan<byte> row, Span<sbyte> values)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (sbyte)(((row[i >> 3] >> (i & 7) & 1) << 1) - 1);
    }

    private static void UnpackAny(ReadOnlySpan<byte> row, int bits, Span<sbyte> values)
    {
        int shift = 32 - bits;
        uint pending = 0;
        int pendingBits = 0, next = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (pendingBits < bits)
            {
                pending |= (uint)row[next++] << pendingBits;
                pendingBits += 8;
            }

            values[i] = (sbyte)((int)(pending << shift) >> shift);
            pending >>= bits;
            pendingBits -= bits;
        }
    }
}

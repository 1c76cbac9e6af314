using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using BitKernelGen.Packing;

namespace BitKernelGen;

/// <summary>
/// A safetensors file, checked as a whole before anything is taken from it: eight bytes of header length, a JSON header, and the
/// tensors' bytes, which must follow each other without gap, overlap or rest.
/// </summary>
public sealed unsafe class SafeTensors
{
    private const int LengthBytes = sizeof(ulong);
    private const int MaxHeaderBytes = 100_000_000;
    private const string MetadataKey = "__metadata__";

    // Either an array or memory of another owner.
    private readonly byte[]? _array;
    private readonly byte* _memory;
    private readonly int _length;
    private readonly Dictionary<string, Entry> _entries;
    private readonly int _largest;
    private string? _sha256;
    private PackingRoom? _room;

    private SafeTensors(byte[]? array, byte* memory, int length, Header header)
    {
        _array = array;
        _memory = memory;
        _length = length;
        _entries = header.Entries;
        Metadata = header.Metadata;
        foreach (Entry entry in header.InOrder)
            _largest = Math.Max(_largest, entry.Dtype == "U8" ? entry.End - entry.Begin : 0);
        Names = [.. header.InOrder.Select(entry => entry.Name)];
    }

    /// <summary>The free text that the file carries about itself; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors' names, in the order of their bytes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>SHA-256 of the whole file, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(SHA256.HashData(File));

    /// <summary>What the packing of its layers shares.</summary>
    internal PackingRoom Room => _room ??= new PackingRoom(_largest);

    private ReadOnlySpan<byte> File => _array is null ? new ReadOnlySpan<byte>(_memory, _length) : _array;

    /// <summary>Reads a file.</summary>
    /// <exception cref="WeightsException">It is not a valid safetensors file.</exception>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeTensors ReadFile(string path) => ReadFile(path, Read);

    /// <summary>Reads a file in some way; what is wrong with it is told with its path.</summary>
    internal static T ReadFile<T>(string path, Func<Stream, T> read)
    {
        try
        {
            using FileStream stream = System.IO.File.OpenRead(path);
            return read(stream);
        }
        catch (WeightsException exception)
        {
            throw new WeightsException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads from the stream's position to its end.</summary>
    /// <exception cref="WeightsException">What was read is not a valid safetensors file.</exception>
    /// <exception cref="IOException">The stream cannot be read, or holds more than 2 GB and cannot seek.</exception>
    public static SafeTensors Read(Stream stream)
    {
        if (!stream.CanSeek)
        {
            var buffer = new MemoryStream();
            stream.CopyTo(buffer);
            return Read(buffer.ToArray());
        }

        byte[] file = GC.AllocateUninitializedArray<byte>(Remaining(stream));
        Fill(stream, file);
        return Read(file);
    }

    /// <summary>Bytes from a stream's position to its end.</summary>
    internal static int Remaining(Stream stream)
    {
        long length = Math.Max(0, stream.Length - stream.Position);
        return length <= Array.MaxLength
            ? (int)length
            : throw new WeightsException($"The file has {length} bytes; at most {Array.MaxLength} are supported.");
    }

    /// <summary>Reads a stream's remaining bytes.</summary>
    internal static void Fill(Stream stream, Span<byte> file)
    {
        int read = stream.ReadAtLeast(file, file.Length, throwOnEndOfStream: false);
        if (read < file.Length)
            throw new WeightsException($"The stream ended after {read} of {file.Length} bytes.");
    }

    /// <summary>Reads a file that is in memory, without copying it: it must not change afterwards.</summary>
    /// <exception cref="WeightsException">It is not a valid safetensors file.</exception>
    public static SafeTensors Read(byte[] file) => new(file, null, file.Length, ReadHeader(file));

    /// <summary>Reads a file in memory that its owner keeps as long as this is used.</summary>
    /// <exception cref="WeightsException">It is not a valid safetensors file.</exception>
    internal static SafeTensors Read(byte* file, int length) => new(null, file, length, ReadHeader(new ReadOnlySpan<byte>(file, length)));

    private static Header ReadHeader(ReadOnlySpan<byte> file)
    {
        if (file.Length < LengthBytes)
            throw new WeightsException($"The file has {file.Length} bytes; the header's length alone takes {LengthBytes}.");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (headerLength > MaxHeaderBytes)
            throw new WeightsException($"The header claims {headerLength} bytes; at most {MaxHeaderBytes} are allowed.");
        if (headerLength > (ulong)(file.Length - LengthBytes))
            throw new WeightsException($"The header claims {headerLength} bytes; {file.Length - LengthBytes} follow its length.");

        ReadOnlySpan<byte> json = file.Slice(LengthBytes, (int)headerLength);
        if (!Utf8.IsValid(json))
            throw new WeightsException("The header is not valid UTF-8.");
        if (!json.StartsWith("{"u8))
            throw new WeightsException("The header is not a JSON object.");

        var header = new Header((int)headerLength + LengthBytes);
        try
        {
            header.Parse(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader reports lone surrogates in strings as invalid operations.
            throw new WeightsException($"The header is not valid JSON: {exception.Message}", exception);
        }

        header.CheckCover(file.Length);
        return header;
    }

    /// <summary>The bytes of a tensor, little-endian and row-major.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="dtype">The type that it must have, as safetensors names it: "U8", "F32" ….</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <exception cref="WeightsException">There is no such tensor, or it has another type or shape.</exception>
    public ReadOnlySpan<byte> Bytes(string name, string dtype, params ReadOnlySpan<int> shape)
    {
        if (!_entries.TryGetValue(name, out Entry? entry))
            throw new WeightsException($"The tensor '{name}' is missing.");
        if (entry.Dtype != dtype || !SameShape(entry.Shape, shape))
            throw new WeightsException(
                $"The tensor '{name}' is {entry.Dtype} [{string.Join(", ", entry.Shape)}]; "
                + $"expected {dtype} [{string.Join(", ", shape.ToArray())}].");
        return File[entry.Begin..entry.End];
    }

    private static bool SameShape(long[] found, ReadOnlySpan<int> expected)
    {
        if (found.Length != expected.Length)
            return false;
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] != expected[i])
                return false;
        }

        return true;
    }

    private static int ElementBytes(string dtype) => dtype switch
    {
        "BOOL" or "U8" or "I8" or "F8_E5M2" or "F8_E4M3" or "F8_E8M0" => 1,
        "U16" or "I16" or "F16" or "BF16" => 2,
        "U32" or "I32" or "F32" => 4,
        "U64" or "I64" or "F64" or "C64" => 8,
        _ => 0,
    };

    /// <summary>A tensor: its bytes are Begin … End of the file.</summary>
    private sealed record Entry(string Name, string Dtype, long[] Shape, int Begin, int End);

    /// <summary>The JSON header; <paramref name="dataStart"/> is what its offsets count from.</summary>
    private sealed class Header(int dataStart)
    {
        public Dictionary<string, Entry> Entries { get; } = new(StringComparer.Ordinal);

        /// <summary>The tensors in the order of their bytes, once they are checked.</summary>
        public Entry[] InOrder { get; private set; } = [];

        public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

        public void Parse(ReadOnlySpan<byte> json)
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            bool metadataSeen = false;
            while (NextProperty(ref reader, out string? name))
            {
                if (name != MetadataKey)
                {
                    Entry entry = ParseEntry(ref reader, name);
                    if (!Entries.TryAdd(name, entry))
                        throw new WeightsException($"The tensor '{name}' is there twice.");
                }
                else if (metadataSeen)
                {
                    throw new WeightsException($"'{MetadataKey}' is there twice.");
                }
                else
                {
                    metadataSeen = true;
                    ParseMetadata(ref reader);
                }
            }

            // Padding after the object is white space: anything else makes the reader throw.
            reader.Read();
        }

        /// <summary>Tensors in the order of their bytes must start where the one before ends, and the last one ends the file.</summary>
        public void CheckCover(int fileLength)
        {
            int end = dataStart;
            InOrder = [.. Entries.Values];
            Array.Sort(InOrder, (left, right) => left.Begin != right.Begin ? left.Begin.CompareTo(right.Begin) : left.End.CompareTo(right.End));
            foreach (Entry entry in InOrder)
            {
                if (entry.Begin < end)
                    throw new WeightsException($"The tensor '{entry.Name}' overlaps the one before it by {end - entry.Begin} bytes.");
                if (entry.Begin > end)
                    throw new WeightsException($"{entry.Begin - end} bytes before the tensor '{entry.Name}' belong to none.");
                if (entry.End > fileLength)
                    throw new WeightsException($"The tensor '{entry.Name}' ends {entry.End - fileLength} bytes after the file.");
                end = entry.End;
            }

            if (end < fileLength)
                throw new WeightsException($"{fileLength - end} bytes after the last tensor belong to none.");
        }

        private void ParseMetadata(ref Utf8JsonReader reader)
        {
            Expect(reader.TokenType == JsonTokenType.StartObject, MetadataKey, "must be an object");
            while (NextProperty(ref reader, out string? key))
            {
                if (reader.TokenType != JsonTokenType.String)
                    throw Refusal(MetadataKey, $"must hold strings only; '{key}' is none");
                if (!Metadata.TryAdd(key, reader.GetString()!))
                    throw Refusal(MetadataKey, $"holds '{key}' twice");
            }
        }

        private Entry ParseEntry(ref Utf8JsonReader reader, string name)
        {
            Expect(reader.TokenType == JsonTokenType.StartObject, name, "must be an object");
            string? dtype = null;
            long[]? shape = null, offsets = null;
            while (NextProperty(ref reader, out string? key))
            {
                switch (key)
                {
                    case "dtype" when dtype is null:
                        Expect(reader.TokenType == JsonTokenType.String, name, "must have a string as its dtype");
                        dtype = reader.GetString()!;
                        break;
                    case "shape" when shape is null:
                        shape = ParseNumbers(ref reader, name, key);
                        break;
                    case "data_offsets" when offsets is null:
                        offsets = ParseNumbers(ref reader, name, key);
                        break;
                    default:
                        throw new WeightsException($"'{name}' has the key '{key}' twice, or it is unknown.");
                }
            }

            Expect(dtype is not null && shape is not null && offsets is not null, name, "must have dtype, shape and data_offsets");
            int elementBytes = ElementBytes(dtype!);
            if (elementBytes == 0)
                throw Refusal(name, $"has the unknown dtype '{dtype}'");
            Expect(offsets!.Length == 2 && offsets[0] <= offsets[1], name, "must have a begin and an end in data_offsets");
            if (offsets[1] > Array.MaxLength - dataStart)
                throw Refusal(name, $"ends at {offsets[1]}, after the file");
            if (ExtentOf(shape!, elementBytes) != offsets[1] - offsets[0])
                throw Refusal(name, $"takes {offsets[1] - offsets[0]} bytes, which {dtype} [{string.Join(", ", shape!)}] does not");
            return new Entry(name, dtype!, shape!, dataStart + (int)offsets[0], dataStart + (int)offsets[1]);
        }

        /// <summary>Bytes of a shape; a product beyond any file is -1, which no extent equals.</summary>
        private static long ExtentOf(long[] shape, int elementBytes)
        {
            if (shape.Contains(0))
                return 0;
            long bytes = elementBytes;
            foreach (long dimension in shape)
            {
                if (dimension > Array.MaxLength / bytes)
                    return -1;
                bytes *= dimension;
            }

            return bytes;
        }

        private static long[] ParseNumbers(ref Utf8JsonReader reader, string name, string key)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw Refusal(name, $"must have an array as its {key}");
            var numbers = new long[4];
            int count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                long number = -1;
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out number) || number < 0)
                    throw Refusal(name, $"must have whole numbers from 0 on as its {key}");
                if (count == numbers.Length)
                    Array.Resize(ref numbers, 2 * count);
                numbers[count++] = number;
            }

            return numbers[..count];
        }

        /// <summary>Moves to the value of the object's next property; at the object's end returns false.</summary>
        private static bool NextProperty(ref Utf8JsonReader reader, [NotNullWhen(true)] out string? name)
        {
            reader.Read();
            name = reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
            return name is not null && reader.Read();
        }

        private static void Expect(bool condition, string name, string rule)
        {
            if (!condition)
                throw Refusal(name, rule);
        }

        /// <summary>What is refused. Rules that name what they found are only written out here: a header may have a million numbers.</summary>
        private static WeightsException Refusal(string name, string rule) => new($"'{name}' {rule}.");
    }
}

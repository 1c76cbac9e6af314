using System.Security.Cryptography;
using System.Text;

namespace BitKernelGen.Calibration.Statistics;

/// <summary>
/// Statistics in a file: "BKSTATS1", model, input, samples, tensors in ordinal order, and the SHA-256 of all that. Every count and
/// sum is an integer of variable length, so that equal statistics are equal files.
/// </summary>
public static class StatisticsFile
{
    private static readonly byte[] Magic = "BKSTATS1"u8.ToArray();
    private const int FamilyLength = 7;
    private const int NoTop = 255;

    /// <summary>Writes a file aside and then moves it to its place.</summary>
    public static void Write(string path, ModelStatistics statistics)
    {
        string draft = $"{path}.{Guid.NewGuid():N}.tmp";
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        try
        {
            File.WriteAllBytes(draft, ToBytes(statistics));
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="StatisticsException">It is not a whole statistics file of this version; the message names it.</exception>
    public static ModelStatistics Read(string path) => Read(path, File.ReadAllBytes(path));

    /// <summary>Reads the bytes of a file that is named in messages.</summary>
    /// <exception cref="StatisticsException">They are not a whole statistics file of this version; the message names it.</exception>
    public static ModelStatistics Read(string path, byte[] bytes)
    {
        try
        {
            return FromBytes(bytes);
        }
        catch (StatisticsException exception)
        {
            throw new StatisticsException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>The bytes of a file.</summary>
    public static byte[] ToBytes(ModelStatistics statistics)
    {
        using var stream = new MemoryStream();
        stream.Write(Magic);
        using var writer = new BinaryWriter(stream);
        writer.Write(statistics.ModelSha256);
        writer.Write(statistics.Input);
        writer.Write7BitEncodedInt64(statistics.Samples);
        writer.Write7BitEncodedInt(statistics.Tensors.Count);
        foreach ((string name, TensorStatistics tensor) in statistics.Tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.Write(name);
            Write(writer, tensor.Values);
            Write(writer, tensor.Peaks);
        }

        writer.Flush();
        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="StatisticsException">They are not a whole statistics file of this version.</exception>
    public static ModelStatistics FromBytes(byte[] bytes)
    {
        ReadOnlySpan<byte> head = bytes.AsSpan(0, Math.Min(bytes.Length, Magic.Length));
        if (!head.SequenceEqual(Magic))
        {
            bool isFamily = head.Length == Magic.Length && head[..FamilyLength].SequenceEqual(Magic.AsSpan(0, FamilyLength));
            throw new StatisticsException(isFamily
                ? $"these are statistics of version '{(char)head[FamilyLength]}', which this bitkernel does not read."
                : "this is not a statistics file.");
        }

        int length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < Magic.Length || !SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length)))
            throw new StatisticsException("the file is cut off or damaged: its SHA-256 is another one.");
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, Magic.Length, length - Magic.Length), Encoding.UTF8);
            return Read(reader);
        }
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            throw new StatisticsException($"the file is malformed: {exception.Message}", exception);
        }
    }

    private static ModelStatistics Read(BinaryReader reader)
    {
        string model = reader.ReadString(), input = reader.ReadString();
        long samples = reader.Read7BitEncodedInt64();
        if (samples is < 0 or > MagnitudeHistogram.MostValues)
            throw new FormatException($"they are of {samples} samples.");
        var tensors = new Dictionary<string, TensorStatistics>();
        for (int left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            string name = reader.ReadString();
            tensors.Add(name, new TensorStatistics { Values = ReadHistogram(reader), Peaks = ReadHistogram(reader) });
        }

        var statistics = new ModelStatistics(model, input, tensors);
        statistics.CountSamples(samples);
        return statistics;
    }

    private static void Write(BinaryWriter writer, Histogram histogram)
    {
        writer.Write7BitEncodedInt64(histogram.Count);
        writer.Write(histogram.Min);
        writer.Write(histogram.Max);
        Write(writer, histogram.Positive);
        Write(writer, histogram.Negative);
    }

    private static Histogram ReadHistogram(BinaryReader reader)
    {
        long count = reader.Read7BitEncodedInt64();
        float min = reader.ReadSingle(), max = reader.ReadSingle();
        MagnitudeHistogram positive = ReadMagnitudes(reader), negative = ReadMagnitudes(reader);
        bool isPossible = count >= positive.Count + negative.Count && count <= MagnitudeHistogram.MostValues
            && (count == 0
                ? float.IsPositiveInfinity(min) && float.IsNegativeInfinity(max)
                : float.IsFinite(min) && float.IsFinite(max) && min <= max && min < 0 == negative.Count > 0 && max > 0 == positive.Count > 0);
        return isPossible
            ? new Histogram(positive, negative, count, min, max)
            : throw new FormatException($"no {count} values reach from {min} to {max} and have such bins.");
    }

    private static void Write(BinaryWriter writer, MagnitudeHistogram magnitudes)
    {
        writer.Write((byte)(magnitudes.Top < 0 ? NoTop : magnitudes.Top));
        if (magnitudes.Top < 0)
            return;
        foreach (UInt128 square in magnitudes.Squares)
        {
            writer.Write7BitEncodedInt64((long)(ulong)(square >> 64));
            writer.Write7BitEncodedInt64((long)(ulong)square);
        }

        // Empty bins come in runs: a 0 is followed by the length of its run.
        long empty = 0;
        foreach ((long count, ulong rest) in magnitudes.RawBins())
        {
            if (count == 0)
            {
                empty++;
                continue;
            }

            WriteRun(writer, ref empty);
            writer.Write7BitEncodedInt64(count);
            writer.Write7BitEncodedInt64((long)rest);
        }

        WriteRun(writer, ref empty);
    }

    private static void WriteRun(BinaryWriter writer, ref long empty)
    {
        if (empty == 0)
            return;
        writer.Write((byte)0);
        writer.Write7BitEncodedInt64(empty);
        empty = 0;
    }

    private static MagnitudeHistogram ReadMagnitudes(BinaryReader reader)
    {
        int top = reader.ReadByte();
        if (top == NoTop)
            return new MagnitudeHistogram();
        var squares = new UInt128[MagnitudeHistogram.Octaves];
        if (top >= MagnitudeHistogram.Octaves)
            throw new FormatException($"there is no octave {top}.");
        for (int octave = 0; octave < squares.Length; octave++)
        {
            var high = (ulong)reader.Read7BitEncodedInt64();
            squares[octave] = new UInt128(high, (ulong)reader.Read7BitEncodedInt64());
        }

        long empty = 0;
        return MagnitudeHistogram.Restore(top, squares, () =>
        {
            if (empty > 0)
            {
                empty--;
                return default;
            }

            long count = reader.Read7BitEncodedInt64();
            if (count > 0)
                return (count, (ulong)reader.Read7BitEncodedInt64());
            empty = reader.Read7BitEncodedInt64() - 1;
            return empty >= 0 ? default : throw new FormatException("a run of bins is empty.");
        });
    }
}

using System.Text.Json;

namespace BitKernelGen.Calibration.Records;

/// <summary>Reads and writes <c>NAME.calibration.json</c>.</summary>
public static class CalibrationRecordFile
{
    /// <summary>How the file's name ends.</summary>
    public const string Extension = ".calibration.json";

    private const string Remedy = "Run 'bitkernel quantize' again to replace it, or delete it to go on without.";

    /// <summary>Where the record of a profile is: beside it.</summary>
    public static string PathFor(string profilePath) => Path.ChangeExtension(profilePath, Extension);

    /// <summary>Writes a record aside, then moves it.</summary>
    public static void Write(string path, CalibrationRecord record)
    {
        string aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(aside, JsonSerializer.SerializeToUtf8Bytes(record, CalibrationRecordJson.Default.CalibrationRecord));
            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Reads the record of a profile.</summary>
    /// <param name="path">The file.</param>
    /// <param name="weightsSha256">The SHA-256 that the profile says of its weights.</param>
    /// <returns>The record; null where there is no such file.</returns>
    /// <exception cref="CalibrationRecordException">It is malformed, of another version, or of another profile.</exception>
    public static CalibrationRecord? Read(string path, string weightsSha256)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        CalibrationRecord record = Parse(path, bytes);
        return record.WeightsSha256 == weightsSha256
            ? record
            : throw new CalibrationRecordException(
                $"{path} is the calibration record of another profile: its weights have the SHA-256 {record.WeightsSha256}, "
                + $"this profile's {weightsSha256}. {Remedy}");
    }

    /// <exception cref="CalibrationRecordException">It is malformed or of another version.</exception>
    internal static CalibrationRecord Parse(string path, byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            if (FormatOf(document.RootElement) is { } format && format != CalibrationRecord.CurrentFormat)
            {
                throw new CalibrationRecordException(
                    $"{path} has the format '{format}'; this version reads '{CalibrationRecord.CurrentFormat}'. {Remedy}");
            }

            CalibrationRecord record = document.Deserialize(CalibrationRecordJson.Default.CalibrationRecord)
                ?? throw new JsonException("it holds nothing.");
            CalibrationRecordRules.Check(record);
            return record;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Strings that are not Unicode are reported as invalid operations.
            throw new CalibrationRecordException($"{path} is no calibration record: {exception.Message} {Remedy}", exception);
        }
    }

    private static string? FormatOf(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("format", out JsonElement format)
        && format.ValueKind == JsonValueKind.String
            ? format.GetString()
            : null;
}

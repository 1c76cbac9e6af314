using System.Text.Json.Serialization;

namespace BitKernelGen.Calibration.Records;

/// <summary>The record as JSON: strict, since a key that is not understood may change what the others mean.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CalibrationRecord))]
internal sealed partial class CalibrationRecordJson : JsonSerializerContext;

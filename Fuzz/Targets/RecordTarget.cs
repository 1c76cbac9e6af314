using BitKernelGen.Calibration.Records;
using BitKernelGen.Fuzz.Mutation;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>Calibration records.</summary>
internal sealed class RecordTarget : FuzzTarget
{
    private static readonly string[] Words =
    [
        "\"format\"", "\"weights_sha256\"", "\"tensors\"", "\"layers\"", "\"histogram\"", "\"counts\"", "\"curve\"", "\"bits\"", "\"coefficients\"", "\"code\"", "null",
    ];

    public override string Name => "record";

    public override long Multiple => 200;

    public override IReadOnlyList<byte[]> Seeds { get; } = [FuzzNetwork.Fast.Record];

    public override bool Read(byte[] input)
    {
        try
        {
            return CalibrationRecordFile.Parse("record", input).Format == CalibrationRecord.CurrentFormat;
        }
        catch (CalibrationRecordException)
        {
            return false;
        }
    }

    public override byte[] Mutate(byte[] input, Random random) => TextMutator.Mutate(input, random, Words);
}

using BitKernelGen.Calibration.Data;
using BitKernelGen.Fuzz.Mutation;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>The list of an image folder's files and labels.</summary>
internal sealed class LabelsTarget() : DataTarget("images", new SampleShape(16, 16, 3))
{
    private static readonly string[] Words = ["image.png", "/dev/zero", "../labels/image.png", "..", "/", "a/b", "labels.txt", "-1", "1\n"];

    public override string Name => "labels";

    public override long Multiple => 200;

    public override long Floor => 4 << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } = ["image.png 3\n\nimage.png\t0\n"u8.ToArray()];

    protected override string Write(string folder, byte[] input)
    {
        string image = Path.Combine(folder, "image.png");
        if (!File.Exists(image))
            File.WriteAllBytes(image, new ImageTarget().Seeds[^1]);
        File.WriteAllBytes(Path.Combine(folder, "labels.txt"), input);
        return $"images:{folder}";
    }

    public override byte[] Mutate(byte[] input, Random random) => TextMutator.Mutate(input, random, Words);
}

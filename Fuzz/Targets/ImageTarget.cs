using System.Reflection;
using BitKernelGen.Calibration.Data;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>Images: JPEG, PNG and BMP of the network's size.</summary>
internal sealed class ImageTarget() : DataTarget("images", new SampleShape(16, 16, 3))
{
    public override string Name => "images";

    public override long Multiple => 2000;

    public override long Floor => 4 << 20;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames().Order(StringComparer.Ordinal).Select(name =>
        {
            var bytes = new MemoryStream();
            Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!.CopyTo(bytes);
            return bytes.ToArray();
        }),
    ];

    protected override string Write(string folder, byte[] input)
    {
        File.WriteAllBytes(Path.Combine(folder, "image.png"), input);
        return $"images:{folder}";
    }
}

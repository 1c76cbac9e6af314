using System.IO.Compression;
using System.Text;

namespace BitKernelGen.Bench.Speed.Torch;

/// <summary>A file of TorchScript, as torch.jit.load reads them: a module of some source, whose list of weights is empty.</summary>
internal static class ScriptArchive
{
    /// <summary>The module's name in its source.</summary>
    public const string Class = "Network";

    private const byte Protocol = 0x80, NewObject = 0x81;

    public static byte[] Of(string source)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, ReadOnlySpan<byte> content)
            {
                using Stream entry = archive.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }

            Add("version", "3\n"u8);
            Add("code/__torch__.py", Encoding.ASCII.GetBytes(source));
            // Pickles: an empty tuple, and an object whose state is {"w": []}.
            Add("constants.pkl", [Protocol, 2, .. ")."u8]);
            Add("data.pkl", [Protocol, 2, .. Encoding.ASCII.GetBytes($"c__torch__\n{Class}\n)"), NewObject, .. "}(X\u0001\0\0\0w]ub."u8]);
        }

        return bytes.ToArray();
    }
}

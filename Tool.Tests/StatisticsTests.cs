using System.Text;
using System.Text.Json;
using BitKernelGen.Calibration.Tests;

namespace BitKernelGen.Tool.Tests;

/// <summary>Statistics in parts, the methods of fitting codes, and published coefficients.</summary>
public sealed class StatisticsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernel").FullName;

    [SkippableFact]
    public void MergedPartsAreOnePass()
    {
        foreach (string shard in (string[])["1/2", "2/2", "1/1"])
        {
            Bitkernel part = Quantize("--shard", shard, "--statistics", PathOf(shard.Replace('/', '-')));
            Assert.Equal((0, PathOf(shard.Replace('/', '-'))), (part.ExitCode, part.Output.Trim()));
        }

        Bitkernel merged = Bitkernel.Run("merge", PathOf("2-2"), PathOf("1-2"), "-o", PathOf("all"));

        Assert.Equal(0, merged.ExitCode);
        Assert.Contains("2 files, 20 samples", merged.Output);
        Assert.Equal(File.ReadAllBytes(PathOf("1-1")), File.ReadAllBytes(PathOf("all")));
        Assert.Equal(0, Quantize("--statistics", PathOf("all"), "-o", PathOf("from parts")).ExitCode);
        Assert.Equal(0, Quantize("--statistics", PathOf("1-1"), "-o", PathOf("from pass")).ExitCode);
        foreach (string file in (string[])["Fashion.bitprofile", "Fashion.safetensors"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(PathOf("from pass"), file)), File.ReadAllBytes(Path.Combine(PathOf("from parts"), file)));
    }

    [SkippableFact]
    public void StatisticsThatDoNotFitAreRefused()
    {
        Assert.Equal(0, Quantize("--shard", "1/1", "--statistics", PathOf("a")).ExitCode);
        Assert.Equal(0, Quantize("--shard", "1/1", "--statistics", PathOf("b"), "--std", "0.5").ExitCode);
        File.WriteAllText(PathOf("good"), "good");

        Bitkernel.Run("merge", PathOf("a"), PathOf("b"), "-o", PathOf("good")).Refused(1, PathOf("b"), "std 0.5");
        Bitkernel.Run("merge", PathOf("a"), PathOf("good"), "-o", PathOf("good")).Refused(1, PathOf("good"), "not a statistics file");
        Bitkernel.Run("merge", PathOf("a"), PathOf("nowhere"), "-o", PathOf("good")).Refused(1, "nowhere");
        File.Copy(PathOf("a"), PathOf("twin"));
        Bitkernel.Run("merge", PathOf("a"), PathOf("twin"), "-o", PathOf("good")).Refused(1, PathOf("twin"), PathOf("a"));
        Quantize("--statistics", PathOf("b"), "-o", PathOf("Models")).Refused(1, PathOf("b"), "std 0.5");

        Assert.Equal("good", File.ReadAllText(PathOf("good")));
        Assert.False(Directory.Exists(PathOf("Models")));
    }

    /// <summary>Real-valued coefficients from a file to generated code, which must be the reference executor's bits.</summary>
    [SkippableFact]
    public void PublishedCoefficientsRun()
    {
        WriteRows(
            PathOf("c.npy"),
            [0, 0, 0, 15.919, 7.9333, 3.9197, 1.9664, 0.9708],
            [0, 0, 0, 0, 7.8641, 3.8695, 1.8557, 0.9421],
            [0, 0, 0, 0, 7.0967, 3.7767, 1.7656, 0.7752]);

        Bitkernel run = Quantize("--coefficients", PathOf("c.npy"), "-o", PathOf("Models"));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("BKG020", run.Error);
        string profile = Path.Combine(PathOf("Models"), "Fashion.bitprofile");
        Assert.Contains("coefficients = [15.919, 7.9333, 3.9197, 1.9664, 0.9708]", File.ReadAllText(profile));
        Assert.Contains("coefficients = [7.0967, 3.7767, 1.7656, 0.7752]", File.ReadAllText(profile));
        string[] evaluate = ["evaluate", profile, "--data", Data(), "--limit", "20", "--json"];
        JsonElement generated = Bitkernel.Run([.. evaluate, "--against", Model()]).Json(), reference = Bitkernel.Run([.. evaluate, "--executor", "reference"]).Json();
        Assert.Equal(reference.GetProperty("outputs_sha256").GetString(), generated.GetProperty("outputs_sha256").GetString());
        Assert.InRange(generated.GetProperty("accuracy").GetProperty("sqnr_db").GetDouble(), 8, 40);
    }

    [SkippableFact]
    public void CoefficientsThatDoNotFitAreRefused()
    {
        WriteRows(PathOf("two.npy"), [4, 2, 1], [4, 2, 1]);
        WriteRows(PathOf("negative.npy"), [4, 2, 1], [4, -2, 1], [4, 2, 1]);

        Quantize("--coefficients", PathOf("two.npy"), "-o", PathOf("Models")).Refused(1, PathOf("two.npy"), "2 rows", "3 tensors", "conv0");
        Quantize("--coefficients", PathOf("negative.npy"), "-o", PathOf("Models")).Refused(1, PathOf("negative.npy"), "row 1");
        Quantize("--coefficients", PathOf("none.npy"), "-o", PathOf("Models")).Refused(1, "none.npy");
        Assert.False(Directory.Exists(PathOf("Models")));
    }

    [SkippableTheory]
    [InlineData(0, "--method", "range")]
    [InlineData(0, "--method", "paper", "--bits", "5")]
    [InlineData(1, "--method", "paper", "--psnr-loss", "8")]
    [InlineData(0, "--levels", "any", "--bits", "3")]
    public void EveryMethodMakesAProfile(int least, params string[] options)
    {
        JsonElement json = Quantize([.. options, "-o", PathOf("Models"), "--json"]).Json();

        Assert.Contains(options[0] == "--method" ? $"method = \"{options[1]}\"" : "method = \"exact\"", File.ReadAllText(json.GetProperty("files")[0].GetString()!));
        Assert.InRange(json.GetProperty("accuracy").GetProperty("agreement").GetDouble(), 0.5, 1);
        Assert.All(json.GetProperty("layers").EnumerateArray(), layer =>
            Assert.True(layer.GetProperty("code_bits").ValueKind == JsonValueKind.Null || layer.GetProperty("code_bits").GetInt32() > least));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Model() => SharedData.Require("models/fashion_cnn.onnx");

    private static string Data() => $"idx:{SharedData.Require("data/fashion-mnist")}/t10k-images-idx3-ubyte.gz";

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static Bitkernel Quantize(params string[] options)
    {
        string[] std = options.Contains("--std") ? [] : ["--std", "0.3530"];
        return Bitkernel.Run(["quantize", Model(), "--data", Data(), "--name", "Fashion", "--samples", "20", "--mean", "0.2860", .. std, .. options]);
    }

    private static void WriteRows(string path, params double[][] rows)
    {
        string header = $"{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows.Length}, {rows[0].Length}), }}";
        header = header.PadRight(((header.Length + 10 + 64) / 64 * 64) - 11) + "\n";
        byte[] start = [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)header.Length), .. Encoding.ASCII.GetBytes(header)];
        File.WriteAllBytes(path, [.. start, .. rows.SelectMany(row => row.SelectMany(BitConverter.GetBytes))]);
    }
}

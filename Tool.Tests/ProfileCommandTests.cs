using System.Text.Json;

namespace BitKernelGen.Tool.Tests;

/// <summary>The verbs that take a profile, on a network small enough to write down.</summary>
public sealed class ProfileCommandTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    [Fact]
    public void InspectListsTheLayers()
    {
        JsonElement json = Bitkernel.Run("inspect", _tiny.ProfilePath, "--json").Json();

        Assert.Equal("Tiny", json.GetProperty("model").GetString());
        JsonElement layer = Assert.Single(json.GetProperty("layers").EnumerateArray());
        Assert.Equal("dense1", layer.GetProperty("name").GetString());
        Assert.Equal("dense", layer.GetProperty("op").GetString());
        Assert.Equal(12, layer.GetProperty("macs").GetInt64());
        Assert.Equal(8, layer.GetProperty("weight_bits").GetInt32());
        Assert.Equal(JsonValueKind.Null, layer.GetProperty("code_bits").ValueKind);
        Assert.Equal(JsonValueKind.Array, layer.GetProperty("coefficients").ValueKind);
        Assert.Equal(JsonValueKind.String, layer.GetProperty("strategy").ValueKind);
        Assert.True(json.GetProperty("bytes").GetProperty("weights").GetInt64() > 0);
        Assert.Equal(60, json.GetProperty("bytes").GetProperty("float_weights").GetInt64());
    }

    [Fact]
    public void InspectPrintsATableWithoutJson()
    {
        Bitkernel run = Bitkernel.Run("inspect", _tiny.ProfilePath);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("dense1", run.Output);
        Assert.Contains("multiply-accumulates", run.Output);
    }

    [Fact]
    public void EmitWritesWhatTheBuildWouldGenerate()
    {
        string output = Path.Combine(_tiny.Folder, "generated");

        Bitkernel run = Bitkernel.Run("emit", _tiny.ProfilePath, "-o", output);

        Assert.Equal(0, run.ExitCode);
        string[] files = [.. Directory.GetFiles(output, "*.cs").Order(StringComparer.Ordinal)];
        Assert.Equal(files, run.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Contains(files, file => File.ReadAllText(file).Contains("class Tiny"));
    }

    [Fact]
    public void BothExecutorsGiveTheSameBits()
    {
        JsonElement generated = Bitkernel.Run("evaluate", _tiny.ProfilePath, "--data", _tiny.Data, "--json").Json();
        JsonElement reference = Bitkernel
            .Run("evaluate", _tiny.ProfilePath, "--data", _tiny.Data, "--json", "--executor", "reference").Json();

        Assert.Equal("generated", generated.GetProperty("executor").GetString());
        Assert.Equal("reference", reference.GetProperty("executor").GetString());
        Assert.Equal(64, generated.GetProperty("outputs_sha256").GetString()!.Length);
        Assert.Equal(generated.GetProperty("outputs_sha256").GetString(), reference.GetProperty("outputs_sha256").GetString());
        Assert.Equal(TinyModel.Samples, generated.GetProperty("accuracy").GetProperty("samples").GetInt32());
        Assert.InRange(generated.GetProperty("accuracy").GetProperty("top1").GetDouble(), 0, 1);
        Assert.Equal(
            generated.GetProperty("accuracy").GetProperty("top1").GetDouble(),
            reference.GetProperty("accuracy").GetProperty("top1").GetDouble());
        Assert.Equal(JsonValueKind.Null, generated.GetProperty("accuracy").GetProperty("agreement").ValueKind);
        Assert.True(generated.GetProperty("us_per_sample").GetDouble() > 0);
    }

    [Fact]
    public void LimitTakesTheFirstSamples()
    {
        JsonElement json = Bitkernel.Run("evaluate", _tiny.ProfilePath, "--data", _tiny.Data, "--limit", "3", "--json").Json();

        Assert.Equal(3, json.GetProperty("accuracy").GetProperty("samples").GetInt32());
    }

    [Fact]
    public void BenchTimesTheGeneratedCodeBesideEightBits()
    {
        JsonElement json = Bitkernel.Run("bench", _tiny.ProfilePath, "--json").Json();
        JsonElement timing = json.GetProperty("timing");

        Assert.True(timing.GetProperty("generated_us").GetDouble() > 0);
        Assert.True(timing.GetProperty("ort_int8_us").GetDouble() > 0);
        Assert.Equal(
            timing.GetProperty("ort_int8_us").GetDouble() / timing.GetProperty("generated_us").GetDouble(),
            timing.GetProperty("ratio_int8").GetDouble(),
            1e-9);
        Assert.Equal(1, timing.GetProperty("threads").GetInt32());
        foreach (string absent in new[] { "ort_fp32_us", "ratio_fp32" })
            Assert.Equal(JsonValueKind.Null, timing.GetProperty(absent).ValueKind);
        JsonElement code = json.GetProperty("code");
        foreach (string measured in new[] { "source_bytes", "assembly_bytes", "generate_ms", "compile_ms", "load_ms", "first_run_ms", "largest_method_il_bytes", "most_locals" })
            Assert.True(code.GetProperty(measured).GetDouble() > 0, measured);
        Assert.True(code.GetProperty("jit_ms").GetDouble() <= code.GetProperty("load_ms").GetDouble() + code.GetProperty("first_run_ms").GetDouble());
        Assert.NotEqual("", code.GetProperty("largest_method").GetString());
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("uint8", "--raw-input")]
    public void ExportWritesAModelThatOnnxRuntimeRuns(string type, params string[] options)
    {
        string path = Path.Combine(_tiny.Folder, "new", "tiny.onnx");

        Bitkernel run = Bitkernel.Run(["export", _tiny.ProfilePath, "-o", path, .. options]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(path, run.Output.Trim());
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(path);
        Assert.Equal([-1, 1, 2, 2], session.InputMetadata["input"].Dimensions);
        Assert.Equal(type == "uint8" ? typeof(byte) : typeof(float), session.InputMetadata["input"].ElementType);
        Assert.Equal([-1, 3], session.OutputMetadata["output"].Dimensions);
    }

    [Fact]
    public void AFailedExportLeavesTheFileAlone()
    {
        string path = Path.Combine(_tiny.Folder, "tiny.onnx");
        File.WriteAllText(path, "good");
        string[] before = Directory.GetFiles(_tiny.Folder);
        _tiny.Edit("zero = 128 }", "zero = 0, coefficients = [100, 50, 20, 10, 8, 5, 3, 2] }");

        Bitkernel.Run("export", _tiny.ProfilePath, "-o", path).Refused(1, _tiny.ProfilePath, "input", "evenly");

        Assert.Equal("good", File.ReadAllText(path));
        Assert.Equal(before, Directory.GetFiles(_tiny.Folder));
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("bench")]
    [InlineData("emit", "-o", "out")]
    [InlineData("export", "-o", "out.onnx")]
    [InlineData("report", "-o", "out.html")]
    [InlineData("evaluate", "--data", "idx:images")]
    public void AProfileThatIsNotThereIsNamed(string verb, params string[] options)
    {
        string path = Path.Combine(_tiny.Folder, "Absent.bitprofile");

        Bitkernel.Run([verb, path, .. options]).Refused(1, path);
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("bench")]
    [InlineData("emit", "-o", "out")]
    [InlineData("export", "-o", "out.onnx")]
    [InlineData("report", "-o", "out.html")]
    [InlineData("evaluate", "--data", "idx:images")]
    public void AMistakeInAProfileIsShownWhereItIs(string verb, params string[] options)
    {
        _tiny.Edit("op = \"dense\"", "op = \"dance\"");

        Bitkernel.Run([verb, _tiny.ProfilePath, .. options]).Refused(1, $"{_tiny.ProfilePath}(16,6): error BKG");
    }

    [Fact]
    public void AFailedEmitLeavesTheFolderAlone()
    {
        string output = Path.Combine(_tiny.Folder, "generated");
        Assert.Equal(0, Bitkernel.Run("emit", _tiny.ProfilePath, "-o", output).ExitCode);
        var before = Directory.GetFiles(output).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        _tiny.Edit("op = \"dense\"", "op = \"dance\"");

        Bitkernel.Run("emit", _tiny.ProfilePath, "-o", output).Refused(1);

        Assert.Equal(before, Directory.GetFiles(output).ToDictionary(file => file, File.GetLastWriteTimeUtc));
    }

    [Theory]
    [InlineData("bench")]
    [InlineData("export")]
    [InlineData("evaluate")]
    [InlineData("evaluate", "--executor", "reference")]
    public void WeightsThatAreNotTheProfilesAreRefused(string verb, params string[] options)
    {
        byte[] weights = File.ReadAllBytes(_tiny.WeightsPath);
        string[] own = verb switch
        {
            "bench" => [],
            "export" => ["-o", Path.Combine(_tiny.Folder, "out.onnx")],
            _ => ["--data", _tiny.Data],
        };
        string[] words = [verb, _tiny.ProfilePath, .. own, .. options];

        File.WriteAllBytes(_tiny.WeightsPath, weights[..^1]);
        Bitkernel.Run(words).Refused(1, _tiny.WeightsPath);
        weights[^1] ^= 1;
        File.WriteAllBytes(_tiny.WeightsPath, weights);
        Bitkernel.Run(words).Refused(1, "SHA-256");
        File.Delete(_tiny.WeightsPath);
        Bitkernel.Run(words).Refused(1, _tiny.WeightsPath);
    }

    [Fact]
    public void DataThatIsNotThereIsNamed() =>
        Bitkernel.Run("evaluate", _tiny.ProfilePath, "--data", "idx:nowhere.gz").Refused(1, "nowhere.gz");

    [Theory]
    [InlineData("tape:x", "tape")]
    [InlineData("nothing", "nothing")]
    public void DataOfAnUnknownKindIsRefused(string data, string message) =>
        Bitkernel.Run("evaluate", _tiny.ProfilePath, "--data", data).Refused(1, message);

    public void Dispose() => _tiny.Dispose();
}

using System.Text.Json;
using BitKernelGen.Calibration.Tests;

namespace BitKernelGen.Tool.Tests;

public sealed class QuantizeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernel").FullName;

    private string Output => Path.Combine(_folder, "Models");

    [SkippableFact]
    public void MakesAProfileThatBothExecutorsRunAlike()
    {
        string model = Model(), data = Data();

        JsonElement json = Quantize(model, data, "--samples", "64", "--labels", "a,b,c,d,e,f,g,h,i,j", "--json").Json();

        string profile = Path.Combine(Output, "Fashion.bitprofile");
        Assert.Equal(
            [profile, Path.Combine(Output, "Fashion.safetensors"), Path.Combine(Output, "Fashion.calibration.json")],
            json.GetProperty("files").EnumerateArray().Select(file => file.GetString()));
        Assert.Equal(3, Directory.GetFileSystemEntries(Output).Length);
        Assert.Equal("Fashion", json.GetProperty("model").GetString());
        Assert.Equal(4, json.GetProperty("rate").GetProperty("asked").GetDouble());
        Assert.InRange(json.GetProperty("rate").GetProperty("achieved").GetDouble(), 3.9, 4.1);
        Assert.InRange(json.GetProperty("accuracy").GetProperty("agreement").GetDouble(), 0.9, 1);
        Assert.Equal(4, json.GetProperty("layers")[0].GetProperty("code_bits").GetInt32());
        Assert.True(json.GetProperty("layers")[0].GetProperty("distortion").GetDouble() > 0);
        Assert.True(json.GetProperty("bytes").GetProperty("weights").GetInt64() > 0);

        JsonElement generated = Bitkernel.Run("evaluate", profile, "--data", data, "--limit", "20", "--against", model, "--json").Json();
        JsonElement reference = Bitkernel.Run("evaluate", profile, "--data", data, "--limit", "20", "--executor", "reference", "--json").Json();
        Assert.Equal(reference.GetProperty("outputs_sha256").GetString(), generated.GetProperty("outputs_sha256").GetString());
        Assert.InRange(generated.GetProperty("accuracy").GetProperty("sqnr_db").GetDouble(), 10, 60);
    }

    /// <summary>What products make of the paper's coefficients is exact only with planes, so the outputs differ.</summary>
    [SkippableFact]
    public void PlanesKeepRealCoefficients()
    {
        string data = Data();
        string Outputs(string executor) => Bitkernel.Run(
            "evaluate", Path.Combine(Output, "Fashion.bitprofile"), "--data", data, "--limit", "20", "--executor", executor, "--json").Json().GetProperty("outputs_sha256").GetString()!;
        string[] quantize = ["--samples", "16", "--method", "paper", "--bits", "3"];

        Quantize(Model(), data, quantize);
        string approximate = Outputs("generated");
        Quantize(Model(), data, [.. quantize, "--planes"]);

        Assert.Contains("planes = true", File.ReadAllText(Path.Combine(Output, "Fashion.bitprofile")));
        Assert.Equal(Outputs("reference"), Outputs("generated"));
        Assert.NotEqual(approximate, Outputs("generated"));
    }

    [SkippableFact]
    public void SharesAFractionalRateOut()
    {
        JsonElement json = Quantize(Model(), Data(), "--samples", "16", "--rate", "4.5", "--json").Json();

        JsonElement rate = json.GetProperty("rate");
        Assert.Equal(4.5, rate.GetProperty("asked").GetDouble());
        Assert.InRange(rate.GetProperty("achieved").GetDouble(), 4.2, 4.5);
        JsonElement[] coded = [.. json.GetProperty("layers").EnumerateArray().Where(layer => layer.GetProperty("code_bits").ValueKind == JsonValueKind.Number)];
        double Elements(JsonElement layer) => layer.GetProperty("shape").EnumerateArray().Aggregate(1.0, (product, side) => product * side.GetInt32());
        Assert.Equal(
            coded.Sum(layer => layer.GetProperty("code_bits").GetInt32() * Elements(layer)) / coded.Sum(Elements),
            rate.GetProperty("achieved").GetDouble(), 1e-9);
        Assert.True(coded.Select(layer => layer.GetProperty("code_bits").GetInt32()).Distinct().Count() > 1);
    }

    [SkippableFact]
    public void KeepsABudgetOfBytes()
    {
        JsonElement json = Quantize(Model(), Data(), "--samples", "16", "--bytes", "45KB", "--json").Json();

        JsonElement bytes = json.GetProperty("bytes");
        Assert.InRange(bytes.GetProperty("weights").GetInt64() + bytes.GetProperty("arena").GetInt64(), 30_000, 45_000);
        Assert.Equal(8, json.GetProperty("layers")[0].GetProperty("weight_bits").GetInt32());
        Assert.Contains("prefer = \"memory\"", File.ReadAllText(Path.Combine(Output, "Fashion.bitprofile")));
    }

    [SkippableFact]
    public void MemoryIsPreferredAtTheSameBits()
    {
        JsonElement Bytes(string prefer) => Quantize(Model(), Data(), "--samples", "16", "--weight-bits", "4", "--prefer", prefer, "--json").Json().GetProperty("bytes");
        long Resident(JsonElement bytes) => bytes.GetProperty("weights").GetInt64() + bytes.GetProperty("arena").GetInt64();

        JsonElement speed = Bytes("speed"), memory = Bytes("memory");
        Assert.True(Resident(memory) < Resident(speed));
        Assert.Contains("prefer = \"memory\"", File.ReadAllText(Path.Combine(Output, "Fashion.bitprofile")));
    }

    [SkippableFact]
    public void FewerMicrosecondsTakeFewerBits()
    {
        JsonElement json = Quantize(Model(), Data(), "--samples", "16", "--time", "18", "--edge-weight-bits", "4", "--json").Json();

        Assert.Equal(JsonValueKind.Null, json.GetProperty("rate").GetProperty("asked").ValueKind);
        JsonElement[] layers = [.. json.GetProperty("layers").EnumerateArray()];
        Assert.Contains(layers, layer => layer.GetProperty("weight_bits").ValueKind == JsonValueKind.Number && layer.GetProperty("weight_bits").GetInt32() <= 4);
        Assert.Contains(layers, layer => layer.GetProperty("code_bits").ValueKind == JsonValueKind.Number && layer.GetProperty("code_bits").GetInt32() <= 5);
    }

    [SkippableTheory]
    [InlineData("--bytes", "9KB")]
    [InlineData("--time", "1")]
    public void ABudgetThatCantBeKeptIsRefusedWithTheLeast(string option, string budget)
    {
        Quantize(Model(), Data(), option, budget).Refused(1, "the least is");

        Assert.False(Directory.Exists(Output));
    }

    [SkippableFact]
    public void AFailedRunLeavesGoodFilesAlone()
    {
        string model = Model(), data = Data();
        Directory.CreateDirectory(Output);
        string[] files = [.. new[] { "bitprofile", "calibration.json", "safetensors" }.Select(extension => Path.Combine(Output, $"Fashion.{extension}"))];
        Array.ForEach(files, file => File.WriteAllText(file, "good"));

        Quantize(model, "idx:nowhere.gz").Refused(1, "nowhere.gz");
        Quantize(model, data, "--mean", "0,0", "--std", "1,1").Refused(1, "mean");
        Quantize(model, data, "--labels", "only,two").Refused(1, "labels");

        Assert.Equal(files, Directory.GetFileSystemEntries(Output).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal("good", File.ReadAllText(file)));
    }

    [Fact]
    public void AModelThatIsNoneIsNamed()
    {
        string model = Path.Combine(_folder, "broken.onnx");
        File.WriteAllBytes(model, [1, 2, 3]);

        Quantize(model, "idx:images").Refused(1, model);
        Bitkernel.Run("inspect", model).Refused(1, model);
        File.Delete(model);
        Quantize(model, "idx:images").Refused(1, model);
        Assert.False(Directory.Exists(Output));
    }

    [SkippableFact]
    public void InspectListsAModelsLayers()
    {
        JsonElement json = Bitkernel.Run("inspect", Model(), "--json").Json();

        Assert.Equal("conv", json.GetProperty("layers")[0].GetProperty("op").GetString());
        Assert.Equal([14, 14, 16], json.GetProperty("layers")[0].GetProperty("shape").EnumerateArray().Select(side => side.GetInt32()));
        Assert.Equal(3_641_536, json.GetProperty("layers").EnumerateArray().Sum(layer => layer.GetProperty("macs").GetInt64()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Model() => SharedData.Require("models/fashion_cnn.onnx");

    private static string Data()
    {
        string folder = SharedData.Require("data/fashion-mnist");
        return $"idx:{folder}/t10k-images-idx3-ubyte.gz,{folder}/t10k-labels-idx1-ubyte.gz";
    }

    /// <summary>With the network's own normalisation unless the options hold another.</summary>
    private Bitkernel Quantize(string model, string data, params string[] options)
    {
        string[] normalisation = options.Contains("--mean") ? [] : ["--mean", "0.2860", "--std", "0.3530"];
        return Bitkernel.Run(["quantize", model, "--data", data, "--name", "Fashion", "-o", Output, .. normalisation, .. options]);
    }
}

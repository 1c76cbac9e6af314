using System.Text.RegularExpressions;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Profiles;
using BitKernelGen.Tool.Compile;
using BitKernelGen.Tool.Reports;
using BitKernelGen.Tool.Reports.Html;

namespace BitKernelGen.Tool.Tests;

public sealed class ReportTests : IDisposable
{
    private const string Hostile = "</title></style></svg><script>document.body.innerHTML=''</script><img src=x onerror=alert(1)>\" onload='alert(2)' &amp;";

    private readonly TinyModel _tiny = new();

    private string Page => Path.Combine(_tiny.Folder, "report.html");

    private string RecordPath => Path.Combine(_tiny.Folder, "Tiny.calibration.json");

    [Fact]
    public void WithoutARecordThePageShowsTheProfileAndSaysWhatIsMissing()
    {
        string page = Report();

        Assert.Contains("<h1>Tiny</h1>", page);
        Assert.Contains("id=\"layer-1\"", page);
        Assert.Contains("dense1", page);
        Assert.Contains(RecordPath, page);
        Assert.Contains("bitkernel quantize", page);
        Assert.Contains("--no-timing", page);
        Assert.DoesNotContain("rate-distortion\">", page);
        Assert.Equal(page, Report());
    }

    [Fact]
    public void ARunIsTimedUnlessTheWeightsAreNotThere()
    {
        Assert.Equal(0, Bitkernel.Run("report", _tiny.ProfilePath, "-o", Page).ExitCode);
        Assert.Contains("Time of a run", File.ReadAllText(Page));
        Assert.DoesNotContain("The time of a run:", File.ReadAllText(Page));

        File.Delete(_tiny.WeightsPath);
        Assert.Equal(0, Bitkernel.Run("report", _tiny.ProfilePath, "-o", Page).ExitCode);
        Assert.Contains($"the weights are not there, {_tiny.WeightsPath}", File.ReadAllText(Page));
    }

    [Fact]
    public void WithARecordThePageShowsCurvesHistogramsAndAccuracy()
    {
        CalibrationRecordFile.Write(RecordPath, Record());

        string page = Report();

        Assert.Single(Regex.Matches(page, "class=\"plot rate-distortion\""));
        Assert.Single(Regex.Matches(page, "class=\"plot histogram\""));
        Assert.Equal(8, Regex.Matches(page, "class=\"dot candidate\"").Count);
        Assert.Contains("chosen: 8 bits, SQNR 41.0 dB", page);
        Assert.Contains("256 levels", page);
        Assert.Contains("81.25 %", page);
        Assert.Contains("23.4 dB", page);
        Assert.DoesNotContain("was calibrated: its distortion", page);
    }

    [Fact]
    public void ACodeThatWasEditedSinceHasNoDistortion()
    {
        CalibrationRecordFile.Write(RecordPath, Record());
        _tiny.Edit("zero = 128", "zero = 127");

        string page = Report();

        Assert.DoesNotContain("chosen: 8 bits", page);
        Assert.Contains("is not the one that was calibrated", page);
    }

    [Fact]
    public void InspectShowsTheRecord()
    {
        CalibrationRecordFile.Write(RecordPath, Record());

        var json = Bitkernel.Run("inspect", _tiny.ProfilePath, "--json").Json();
        string table = Bitkernel.Run("inspect", _tiny.ProfilePath).Output;

        Assert.Equal(21.5, json.GetProperty("layers")[0].GetProperty("weight_sqnr_db").GetDouble());
        Assert.Equal(23.4, json.GetProperty("accuracy").GetProperty("sqnr_db").GetDouble());
        Assert.Equal(4, json.GetProperty("rate").GetProperty("asked").GetDouble());
        Assert.Contains("21.5", table);
        Assert.Contains("81.25 %", table);
    }

    [Theory]
    [InlineData("report", "-o", "REPORT", "--no-timing")]
    [InlineData("inspect")]
    public void ARecordThatIsMalformedOrOfAnotherProfileIsRefused(string verb, params string[] options)
    {
        string[] words = [verb, _tiny.ProfilePath, .. options.Select(option => option == "REPORT" ? Page : option)];
        File.WriteAllText(Page, "good");

        CalibrationRecordFile.Write(RecordPath, Record() with { WeightsSha256 = new string('0', 64) });
        Bitkernel.Run(words).Refused(1, RecordPath, "another profile");
        File.WriteAllText(RecordPath, "{\"format\":");
        Bitkernel.Run(words).Refused(1, RecordPath, "is no calibration record");

        Assert.Equal("good", File.ReadAllText(Page));
    }

    [Fact]
    public void AFailedRunLeavesAnOldPageAlone()
    {
        File.WriteAllText(Page, "good");
        byte[] weights = File.ReadAllBytes(_tiny.WeightsPath);
        weights[^1] ^= 1;
        File.WriteAllBytes(_tiny.WeightsPath, weights);
        Bitkernel.Run("report", _tiny.ProfilePath, "-o", Page).Refused(1, "SHA-256");
        _tiny.Edit("op = \"dense\"", "op = \"dance\"");
        Bitkernel.Run("report", _tiny.ProfilePath, "-o", Page).Refused(1, "error BKG");

        Assert.Equal("good", File.ReadAllText(Page));
        Assert.Empty(Directory.GetFiles(_tiny.Folder, "*.tmp"));
    }

    [Fact]
    public void APageThatCannotBeWrittenIsAnError() =>
        Bitkernel.Run("report", _tiny.ProfilePath, "--no-timing", "-o", _tiny.Folder).Refused(1, _tiny.Folder);

    [Fact]
    public void HostileNamesStayText()
    {
        WriteHostilePage();

        string page = File.ReadAllText(Page);

        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("<img", page);
        Assert.DoesNotContain("' onload", page);
        Assert.Contains(HtmlText.Encode(Hostile), page);
    }

    [SkippableFact]
    public void ABrowserShowsHostileNamesAsTheyAre()
    {
        using var browser = new Chromium();
        WriteHostilePage();

        (string dom, IReadOnlyList<string> console) = browser.Open(Page);

        Assert.Empty(console);
        Assert.DoesNotContain("<script", dom);
        Assert.DoesNotContain("<img", dom);
        Assert.Single(Regex.Matches(dom, "class=\"plot rate-distortion\""));
    }

    [SkippableFact]
    public void TheBrowserWouldTellOfAnError()
    {
        using var browser = new Chromium();
        File.WriteAllText(Page, "<!DOCTYPE html><title>x</title><script>missing();</script>");

        (string dom, IReadOnlyList<string> console) = browser.Open(Page);

        Assert.Contains("<title>x</title>", dom);
        Assert.Contains("missing is not defined", Assert.Single(console));
    }

    public void Dispose() => _tiny.Dispose();

    private string Report()
    {
        Bitkernel run = Bitkernel.Run("report", _tiny.ProfilePath, "-o", Page, "--no-timing");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(Page, run.Output.Trim());
        return Read();
    }

    /// <summary>With spaces that break lines in the place of those that don't.</summary>
    private string Read() => File.ReadAllText(Page).Replace("&#xA0;", " ");

    /// <summary>Profiles that were read can't have such names in most places; the page must not rely on that.</summary>
    private void WriteHostilePage()
    {
        _tiny.Edit("[output]", $"[provenance]\nwho = \"{Hostile.Replace("\"", "\\\"")}\"\n\n[output]");
        ProfileFile profile = ProfileFile.Read(_tiny.ProfilePath);
        Network network = profile.Network;
        network = network with { Tensors = new EquatableArray<Tensor>(network.Tensors.Select(tensor => tensor with { Name = tensor.Id == 0 ? "input" : Hostile })) };
        using CompiledModel model = ModelCompiler.Compile(profile.Text, profile.Path);
        CalibrationRecord record = Record() with { Method = Hostile };
        Report report = ProfileReport.Of(profile.Network, model.Info, record);
        report = report with
        {
            Model = Hostile,
            Layers = [.. report.Layers!.Select(layer => layer with { Name = Hostile, Op = Hostile, Strategy = Hostile })],
        };
        File.WriteAllText(Page, HtmlReport.Render(new PageSource(network, report, record, Hostile, [Hostile])));
    }

    private CalibrationRecord Record()
    {
        CodeRecord[] curve =
        [
            .. Enumerable.Range(1, 8).Select(bits => new CodeRecord
            {
                Bits = bits,
                Step = bits == 8 ? 0.0157f : 4.0 / (1 << bits),
                Zero = 1 << (bits - 1),
                Coefficients = [.. Enumerable.Range(1, bits).Select(i => (double)(1 << (bits - i)))],
                Distortion = Math.Pow(0.25, bits),
                PsnrDb = 8 + (6 * bits),
                SqnrDb = -7 + (6 * bits),
            }),
        ];
        return new CalibrationRecord
        {
            Format = CalibrationRecord.CurrentFormat,
            WeightsSha256 = ProfileFile.Read(_tiny.ProfilePath).Network.Profile.Weights.Sha256,
            Method = "exact",
            Rounding = "sequential",
            Samples = 64,
            RateAsked = 4,
            Check = new CheckRecord { Samples = 16, Top1 = 0.8125, FloatTop1 = 0.875, Agreement = 0.9375, SqnrDb = 23.4 },
            Tensors =
            [
                new TensorRecord
                {
                    Name = "input",
                    Elements = 4,
                    Min = -2.5,
                    Max = 1.9,
                    Histogram = new HistogramRecord { Low = -2.5, Width = 0.5, Counts = [3, 0, 17, 900, 1000, 40000, 1000, 2, 1] },
                    Curve = curve,
                    Code = curve[^1],
                },
            ],
            Layers = [new LayerRecord { Name = "dense1", WeightBits = 8, WeightSqnrDb = 21.5, SqnrDb = 20.5 }],
        };
    }
}

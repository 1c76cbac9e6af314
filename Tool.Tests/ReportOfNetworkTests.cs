using System.Text.RegularExpressions;
using BitKernelGen.Calibration.Tests;

namespace BitKernelGen.Tool.Tests;

/// <summary>From a float network to its report, as a browser shows it.</summary>
public sealed class ReportOfNetworkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernel").FullName;

    [SkippableFact]
    public void ABrowserShowsEveryLayerOfAQuantizedNetwork()
    {
        using var browser = new Chromium();
        string model = SharedData.Require("models/fashion_cnn.onnx"), images = SharedData.Require("data/fashion-mnist/t10k-images-idx3-ubyte.gz");
        string page = Path.Combine(_folder, "report.html"), picture = Path.Combine(_folder, "report.png");
        string profile = Path.Combine(_folder, "Fashion.bitprofile");
        Bitkernel quantize = Bitkernel.Run(
            "quantize", model, "--data", $"idx:{images}", "--mean", "0.2860", "--std", "0.3530", "--samples", "32", "--name", "Fashion", "-o", _folder);
        Assert.True(quantize.ExitCode == 0, quantize.Error);
        Assert.Equal(0, Bitkernel.Run("report", profile, "-o", page, "--no-timing").ExitCode);

        (string dom, IReadOnlyList<string> console) = browser.Open(page);
        browser.Screenshot(page, picture, 1280, 2000);

        Assert.Empty(console);
        string[] layers = [.. ProfileFile.Read(profile).Network.Layers.Select(layer => layer.Spec.Name)];
        Assert.All(layers.Select((name, index) => (name, index)), layer =>
        {
            Assert.Single(Regex.Matches(dom, $"<article [^>]*id=\"layer-{layer.index + 1}\""));
            Assert.Contains($"<a href=\"#layer-{layer.index + 1}\">{layer.name}</a>", dom);
        });
        int coded = ProfileFile.Read(profile).Network.Layers.Count(layer => (layer.Spec.Code ?? layer.Spec.Skip) is not null);
        Assert.InRange(Regex.Matches(dom, "class=\"plot rate-distortion\"").Count, coded, coded + 1);
        Assert.InRange(Regex.Matches(dom, "class=\"plot histogram\"").Count, coded, coded + 1);
        Assert.Equal(4, Regex.Matches(dom, "class=\"plot depth").Count);
        Assert.DoesNotMatch(@"NaN|Infinity|∞&nbsp;%", dom);
        // One colour all over would pack into next to nothing.
        Assert.True(new FileInfo(picture).Length > 50_000);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace BitKernelGen.Tool.Tests;

/// <summary>The sample's page in a browser, as <c>.ci/platforms</c> publishes it.</summary>
public sealed class SampleWebTests
{
    private const string Best = "document.querySelector('#answer li span').textContent";

    [SkippableFact]
    public async Task ThePageClassifiesWhatIsChosenAndWhatIsDrawn()
    {
        string artifacts = Artifacts(), site = Path.Combine(artifacts, "web/wwwroot");
        Skip.IfNot(Directory.Exists(site), "the page is not published: run .ci/platforms first");
        FileInfo changed = LastChanged();
        Skip.If(changed.LastWriteTimeUtc > Directory.GetLastWriteTimeUtc(site), $"the page was published before {changed.Name} was changed: run .ci/platforms web");
        using var chromium = new Chromium();
        using var server = new StaticSite(site);
        using BrowserPage page = await BrowserPage.Open(chromium, server.Address, 1100, 1500);
        await page.Until("document.getElementById('status')?.textContent === 'Ready.'");

        Assert.Equal(40, (int)(await page.Evaluate("document.querySelectorAll('#images button').length"))!);
        Assert.Equal(40, (int)(await page.Evaluate("document.querySelectorAll('#images button[aria-label]').length"))!);
        Assert.NotEqual(0, (int)(await page.Evaluate("document.querySelectorAll('#layers tr').length"))!);
        Assert.Equal("PackedSimd", (string?)await page.Evaluate("document.getElementById('kernels').textContent"));

        // The second and the third test image.
        await page.Click("#images button:nth-child(2)");
        await page.Until($"{Best} === 'Pullover'");
        await page.Screenshot(Path.Combine(artifacts, "web-light.png"));
        await page.Click("#images button:nth-child(3)");
        await page.Until($"{Best} === 'Trouser'");
        Assert.Equal(3, (int)(await page.Evaluate("document.querySelectorAll('#answer li').length"))!);
        Assert.Matches(@"^[\d,]+ µs$", (string?)await page.Evaluate("document.getElementById('time').textContent"));

        // Two legs and a waist.
        await page.Click("#clear");
        foreach ((double from, double to) in ((double, double)[])[(0.36, 0.34), (0.42, 0.41), (0.58, 0.59), (0.64, 0.66)])
            await page.Drag("#picture", (from, 0.12), (to, 0.9));
        await page.Drag("#picture", (0.36, 0.12), (0.64, 0.12), (0.64, 0.2), (0.36, 0.2));
        await page.Until($"{Best} === 'Trouser'");
        JsonNode drawn = (await page.Evaluate("document.getElementById('picture').getContext('2d').getImageData(0, 0, 28, 28).data.filter(value => value > 0).length"))!;
        Assert.True((int)drawn > 784);
        await page.PreferDark();
        await page.Screenshot(Path.Combine(artifacts, "web-dark.png"));

        Assert.Empty(page.Problems);
        Assert.All(["web-light.png", "web-dark.png"], picture => Assert.True(new FileInfo(Path.Combine(artifacts, picture)).Length > 20_000));
    }

    /// <summary>The bundled images are test images.</summary>
    [Fact]
    public async Task TheImagesAreTheSamplesFirst()
    {
        string root = Repository();
        byte[] bundled = await File.ReadAllBytesAsync(Path.Combine(root, "Sample.Web/Data/images.idx"));
        await using var all = new System.IO.Compression.GZipStream(
            File.OpenRead(Path.Combine(root, "Sample.Models/Data/t10k-images-idx3-ubyte.gz")), System.IO.Compression.CompressionMode.Decompress);
        var expected = new byte[bundled.Length];
        await all.ReadExactlyAsync(expected);

        Assert.Equal(expected[16..], bundled[16..]);
    }

    /// <summary>Of what the page is made of, the file that was written last.</summary>
    private static FileInfo LastChanged() => new[] { "Sample.Web", "Sample.Models/Models", "Runtime", "Generator", "Profile" }
        .SelectMany(folder => new DirectoryInfo(Path.Combine(Repository(), folder)).EnumerateFiles("*", SearchOption.AllDirectories))
        .Where(file => Path.GetRelativePath(Repository(), file.FullName).Split(Path.DirectorySeparatorChar) is not [_, "bin" or "obj", ..])
        .MaxBy(file => file.LastWriteTimeUtc)!;

    private static string Artifacts() => Path.Combine(Repository(), "artifacts/platforms");

    private static string Repository() => Path.GetDirectoryName(Path.GetDirectoryName(SourceFile()))!;

    private static string SourceFile([CallerFilePath] string file = "") => file;
}

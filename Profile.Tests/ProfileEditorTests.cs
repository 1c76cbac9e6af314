using BitKernelGen.Profiles.Tests.Reading;

namespace BitKernelGen.Profiles.Tests;

public class ProfileEditorTests
{
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void PinsWithoutTouchingTheRest(string newLine)
    {
        string text = Samples.Tiny.Replace("sum = 16065 }", "sum = 16065 } # proved").Replace("\n", newLine);
        string expected = text.Replace($"# proved{newLine}", $"# proved{newLine}kernel-strategy = \"multiply-add\"{newLine}");

        string pinned = ProfileEditor.Pin(text, new Dictionary<string, string> { ["conv1"] = "multiply-add", ["other"] = "winograd-2x2" });
        Assert.Equal(expected, pinned);
        Assert.Equal(pinned, ProfileEditor.Pin(pinned, new Dictionary<string, string> { ["conv1"] = "multiply-add" }));
        Assert.Equal(expected.Replace("\"multiply-add\"", "\"auto\""), ProfileEditor.Pin(pinned, new Dictionary<string, string> { ["conv1"] = "auto" }));
        Assert.Equal(text, ProfileEditor.Pin(text, new Dictionary<string, string> { ["conv1"] = "auto" }));
    }

    [Fact]
    public void PinsTheLastLineWithoutItsEnd()
    {
        int layers = Samples.Tiny.IndexOf("[[layer]]", StringComparison.Ordinal), output = Samples.Tiny.IndexOf("[output]", StringComparison.Ordinal);
        string text = Samples.Tiny[..layers] + Samples.Tiny[output..] + Samples.Tiny[layers..output].TrimEnd();

        string pinned = ProfileEditor.Pin(text, new Dictionary<string, string> { ["dense1"] = "multiply-add" });

        Assert.EndsWith("weight = { bits = 8 }\nkernel-strategy = \"multiply-add\"", pinned);
    }

    [Fact]
    public void PinsLayersInOneLine()
    {
        string text = $"""
            format = "bitprofile/1"
            name = "Tiny"
            layer = [
                [dense], # one
            ]
            [weights]
            file = "Tiny.safetensors"
            sha256 = "{Samples.Sha256}"
            [input]
            shape = [8]
            code = [code]
            [output]
            from = "dense1"
            """.Replace("[dense]", "{ name = \"dense1\", op = \"dense\", input = [\"input\"], channels = 3, weight = { bits = 8 } }").Replace("[code]", "{ bits = 8, step = 1 }");
        Assert.Equal(
            text.Replace("{ bits = 8 } }", "{ bits = 8 }, kernel-strategy = \"multiply-add\" }"),
            ProfileEditor.Pin(text, new Dictionary<string, string> { ["dense1"] = "multiply-add" }));
    }

    [Fact]
    public void RefusesWhatWouldBeWrong()
    {
        Assert.Throws<ArgumentException>(() => ProfileEditor.Pin(Samples.Tiny, new Dictionary<string, string> { ["conv1"] = "winograd-4x4" }));
        Assert.Throws<ArgumentException>(() => ProfileEditor.Pin(Samples.Tiny, new Dictionary<string, string> { ["conv1"] = "fast" }));
        Assert.Throws<ArgumentException>(() => ProfileEditor.Pin(Samples.Tiny + "oops", new Dictionary<string, string>()));
    }
}

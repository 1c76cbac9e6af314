using System.Runtime.CompilerServices;
using BitKernelGen.Profiles.Binding;

namespace BitKernelGen.Profiles.Tests.Reading;

/// <summary>The specification keeps to what is read.</summary>
public class SpecificationTests
{
    [Fact]
    public void ItsExampleIsAProfile()
    {
        IEnumerable<string> example = File.ReadLines(Specification())
            .SkipWhile(line => !line.StartsWith("    format", StringComparison.Ordinal))
            .TakeWhile(line => !line.StartsWith('#'))
            .Select(line => line.Trim());
        ProfileReading reading = ProfileReader.Read(string.Join('\n', example));
        Assert.NotNull(reading.Network);
        Assert.Empty(reading.Diagnostics);
    }

    [Fact]
    public void ItTellsEveryKeyOfALayer()
    {
        string text = File.ReadAllText(Specification());
        Assert.All(Words.Layer, key => Assert.Contains($"| `{key}` |", text));
        Assert.All(Words.Ops, op => Assert.Contains($"| `{op}` |", text));
    }

    private static string Specification([CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "docs", "bitprofile.md");
}

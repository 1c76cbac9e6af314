using System.Runtime.CompilerServices;

namespace BitKernelGen.Profiles.Tests.Reading;

public class DocumentationTests
{
    [Fact]
    public void TheExampleOfTheSpecificationIsGood()
    {
        string page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../docs/bitprofile.md"));
        int start = page.IndexOf("## An example", StringComparison.Ordinal);
        string example = page[page.IndexOf("    ", start, StringComparison.Ordinal)..page.IndexOf("## The syntax", StringComparison.Ordinal)];
        ProfileReading reading = ProfileReader.Read(string.Join('\n', example.Split('\n').Select(line => line.TrimStart())));
        Assert.Empty(reading.Diagnostics);
        Assert.NotNull(reading.Network);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

using System.Text.RegularExpressions;

namespace BitKernelGen.Profiles.Tests;

public class ProfileDiagnosticsTests
{
    [Fact]
    public void IdsAscend()
    {
        string[] ids = [.. ProfileDiagnostics.All.Select(kind => kind.Id)];
        Assert.Equal(ids.Distinct().Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Matches("^BKG[0-9]{3}$", id));
    }

    [Fact]
    public void EachIsDocumented()
    {
        string text = File.ReadAllText(Path.Combine(Repository(), "docs", "diagnostics.md"));
        var sections = Regex.Matches(text, @"^## (BKG\d{3})\n\n\*\*(.+?)\.\*\*|^## (BKG\d{3})\n\n\*\*(.+?)\*\* \(", RegexOptions.Multiline)
            .Select(match => (match.Groups[1].Value + match.Groups[3].Value, match.Groups[2].Value + match.Groups[4].Value));
        Assert.Equal(ProfileDiagnostics.All.Select(kind => (kind.Id, kind.Title)), sections);

        var rows = Regex.Matches(text, @"^\| \[(BKG\d{3})\]\(#bkg\d{3}\) \| (\w+) \| (.+) \|$", RegexOptions.Multiline)
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value));
        Assert.Equal(ProfileDiagnostics.All.Select(kind => (kind.Id, kind.Level.ToString().ToLowerInvariant(), kind.Title)), rows);
    }

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BitKernelGen.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
    }
}

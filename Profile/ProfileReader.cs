using BitKernelGen.Profiles.Binding;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles;

/// <summary>Reads a <c>.bitprofile</c>, and tells with positions all that is wrong with it.</summary>
public static class ProfileReader
{
    /// <summary>Reads a profile's text. It never throws, whatever the text.</summary>
    public static ProfileReading Read(string text)
    {
        TomlDocument document = TomlParser.Parse(text);
        var reports = new Reports(new LineMap(text));
        if (ProfileBinder.IsNewer(document))
        {
            reports.Error(Ids.UnsupportedFormat, ProfileBinder.NewerMessage(document), document.Root.Find("format")!.Value.Span);
            return new ProfileReading(null, null, reports.InOrder());
        }

        foreach (SyntaxError error in document.Errors)
            reports.Error(Ids.Syntax, error.Message, error.Span);
        BitProfile profile = new ProfileBinder(document, text, reports).Bind();
        if (reports.ErrorCount > 0)
            return new ProfileReading(null, null, reports.InOrder());

        Resolution resolution = NetworkResolver.Resolve(profile);
        var locator = new KeyLocator(document.Root);
        foreach (ResolutionIssue issue in resolution.Issues)
            reports.Add(issue.Id, issue.Level, issue.Message, locator.Find(issue));
        return new ProfileReading(profile, resolution.Network, reports.InOrder());
    }
}

using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>Where the profile came from.</summary>
internal static class Provenance
{
    // Longer ones, such as a number for each layer, are in the table of layers.
    private const int Longest = 160;

    public static IReadOnlyList<Fact> Of(PageSource source)
    {
        BitProfile profile = source.Network.Profile;
        List<Fact> facts =
        [
            .. profile.Provenance.Where(entry => entry.Value.Length <= Longest).Select(entry => new Fact(entry.Key, entry.Value.Trim('"'))),
            new Fact("weights-sha256", profile.Weights.Sha256),
        ];
        if (source.Record is { } record)
            facts.Add(new Fact("method", record.Method));

        if (source.Report.Timing is { } timing)
            facts.Add(new Fact("timing", $"median of {timing.Rounds} rounds, one sample, {timing.InstructionSet}, {Environment.ProcessorCount} processors"));
        return facts;
    }
}

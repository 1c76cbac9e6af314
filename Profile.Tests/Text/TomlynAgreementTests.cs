using BitKernelGen.Profiles.Tests.Reading;
using BitKernelGen.Profiles.Text;
using Tomlyn;
using Oracle = Tomlyn.Model;

namespace BitKernelGen.Profiles.Tests.Text;

/// <summary>Whatever we accept, a whole TOML parser accepts with the same values.</summary>
public class TomlynAgreementTests
{
    [Fact]
    public void CorpusAgrees()
    {
        foreach (string text in Samples.Corpus)
        {
            TomlDocument document = TomlParser.Parse(text);
            Assert.Empty(document.Errors);
            AssertAgrees(document.Root, text);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void MutationsAgree(int seed)
    {
        var random = new Random(seed);
        string[] corpus = Samples.Corpus;
        int accepted = 0;
        for (int i = 0; i < 5000; i++)
        {
            string text = Samples.Mutate(corpus[random.Next(corpus.Length)], random);
            TomlDocument document = TomlParser.Parse(text);
            if (document.Errors.Count > 0)
                continue;
            accepted++;
            AssertAgrees(document.Root, text);
        }

        Assert.InRange(accepted, 500, 4500);
    }

    private static void AssertAgrees(TomlTable ours, string text)
    {
        Oracle.TomlTable? theirs = null;
        try
        {
            theirs = TomlSerializer.Deserialize<Oracle.TomlTable>(text);
        }
        catch (TomlException refusal)
        {
            Assert.Fail($"Tomlyn refuses what we accept: {refusal.Message}\n{text}");
        }

        Assert.True(AreEqual(ours, theirs), $"Tomlyn reads it otherwise:\n{text}");
    }

    private static bool AreEqual(TomlValue ours, object? theirs) => (ours, theirs) switch
    {
        (TomlString text, string value) => text.Value == value,
        (TomlInteger integer, long value) => integer.Value == value,
        (TomlFloat number, double value) => number.Value.Equals(value) && double.IsNegative(number.Value) == double.IsNegative(value),
        (TomlBoolean boolean, bool value) => boolean.Value == value,
        (TomlArray array, Oracle.TomlTableArray values) => array.Items.Count == values.Count && array.Items.Zip(values).All(pair => AreEqual(pair.First, pair.Second)),
        (TomlArray array, Oracle.TomlArray values) => array.Items.Count == values.Count && array.Items.Zip(values).All(pair => AreEqual(pair.First, pair.Second)),
        (TomlTable table, Oracle.TomlTable values) => table.Entries.Count == values.Count
            && table.Entries.All(entry => values.TryGetValue(entry.Key, out object? value) && AreEqual(entry.Value, value)),
        _ => false,
    };
}

using System.Diagnostics;
using BitKernelGen.Profiles.Tests.Reading;
using BitKernelGen.Profiles.Text;

namespace BitKernelGen.Profiles.Tests.Text;

public class TomlParserTests
{
    // The offset is that of the error's first character.
    [Theory]
    [InlineData("a", 1, "Expected '='")]
    [InlineData("a =", 3, "Expected a value")]
    [InlineData("= 1", 0, "Expected a key")]
    [InlineData("a = 1 b = 2", 6, "Expected the end of the line")]
    [InlineData("a = 1\na = 2", 6, "'a' is there already")]
    [InlineData("a = { b = 1, b = 2 }", 13, "'b' is there already")]
    [InlineData("[a]\n[a]", 5, "'a' is there already")]
    [InlineData("a = 1\n[a]", 7, "'a' is there already")]
    [InlineData("a = {}\n[a]", 8, "'a' is there already")]
    [InlineData("a = [{}]\n[[a]]", 11, "'a' is there already")]
    [InlineData("[a]\n[[a]]", 6, "'a' is there already")]
    [InlineData("[[a]]\n[a]", 7, "'a' is there already")]
    [InlineData("[[a]]\n[b]\n[[a]]", 12, "All tables of 'a' must follow each other")]
    [InlineData("a.b = 1", 0, "dots")]
    [InlineData("a . b = 1", 2, "dots")]
    [InlineData("\"a\".b = 1", 3, "dots")]
    [InlineData("[a.b]", 1, "dots")]
    [InlineData("a+b = 1", 0, "needs quotes")]
    [InlineData("[a", 2, "Expected ']'")]
    [InlineData("[[a]", 4, "Expected ']]'")]
    [InlineData("[[a] ]", 5, "Expected ']]'")]
    [InlineData("[ [a]]", 2, "Expected a key")]
    [InlineData("[]", 1, "Expected a key")]
    [InlineData("[a] b = 1", 4, "Expected the end of the line")]
    [InlineData("a = [1 2]", 7, "Expected ',' or ']'")]
    [InlineData("a = [,]", 5, "Expected a value")]
    [InlineData("a = [1,,2]", 7, "Expected a value")]
    [InlineData("a = [1,\n2", 4, "'[' is not closed")]
    [InlineData("a = { b = 1, }", 13, "Expected a key")]
    [InlineData("a = { b = 1\n", 11, "on the same line")]
    [InlineData("a = { b = 1, # no\n", 17, "Expected a key")]
    [InlineData("a = { b 1 }", 8, "Expected '='")]
    [InlineData("a = {", 5, "Expected a key")]
    [InlineData("a = \"b", 4, "not closed")]
    [InlineData("a = 'b\n", 4, "not closed")]
    [InlineData("a = \"\"\"b\"\"\"", 4, "several lines")]
    [InlineData("a = '''b'''", 4, "several lines")]
    [InlineData("a = \"x\\ey\"", 6, "Not an escape")]
    [InlineData("a = \"\\x41\"", 5, "Not an escape")]
    [InlineData("a = \"\\u12G4\"", 5, "Not an escape")]
    [InlineData("a = \"\\uD83D\"", 5, "Not an escape")]
    [InlineData("a = \"\\U00110000\"", 5, "Not an escape")]
    [InlineData("a = \"\\", 5, "Not an escape")]
    [InlineData("a = \"\u0001\"", 5, "U+0001")]
    [InlineData("a = '\u007f'", 5, "U+007F")]
    [InlineData("# \0", 2, "U+0000")]
    [InlineData("a = 1 # \u001f", 8, "U+001F")]
    [InlineData("a = 1\rb = 2", 5, "carriage return")]
    [InlineData("# x\r", 3, "carriage return")]
    [InlineData("\ufeffa = 1", 0, "Unexpected character")]
    [InlineData("ä = 1", 0, "Unexpected character 'ä'")]
    [InlineData("a = yes", 4, "'yes' is not a value; strings need quotes")]
    [InlineData("a = True", 4, "not a value")]
    [InlineData("a = 01", 4, "no zeros in front")]
    [InlineData("a = -01.5", 4, "no zeros in front")]
    [InlineData("a = 1_000", 4, "without '_'")]
    [InlineData("a = 0x1F", 4, "not a decimal number")]
    [InlineData("a = 1.", 4, "not a decimal number")]
    [InlineData("a = .5", 4, "not a decimal number")]
    [InlineData("a = 1.e5", 4, "not a decimal number")]
    [InlineData("a = 1e", 4, "not a decimal number")]
    [InlineData("a = +-1", 4, "not a decimal number")]
    [InlineData("a = 9223372036854775808", 4, "beyond the range of a 64-bit integer")]
    [InlineData("a = 1e400", 4, "beyond the range of a double")]
    [InlineData("a = 1979-05-27", 4, "Dates and times")]
    [InlineData("a = 07:32:00", 4, "Dates and times")]
    [InlineData("a = [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", 20, "More than 16")]
    public void RefusesAtThePlace(string text, int offset, string fragment)
    {
        SyntaxError error = Assert.Single(TomlParser.Parse(text).Errors);
        Assert.Equal(offset, error.Span.Start);
        Assert.Contains(fragment, error.Message);
    }

    [Fact]
    public void HalfASurrogatePairIsRefused() =>
        Assert.Contains("surrogate", Assert.Single(TomlParser.Parse("a = \"" + '\ud83d' + "\"").Errors).Message);

    [Theory]
    [InlineData("a = 1x\nb = [1, 2\nc = 'x\n[d\ne = 1\nf = = 2\ng = 3", 0, 1, 2, 3, 5)]
    [InlineData("a = [\n  1x,\n  2\n]\nb = 2x", 1, 4)]
    [InlineData("a = [1x,\n  2,\n]\nb = 2x", 0, 3)]
    [InlineData("a = [1x, 2]\nb c\nd = 2x", 0, 1, 2)]
    [InlineData("a = [[1,\n  [2x],\n]\n\n[b]\n[[c]\n", 1, 5)]
    public void GoesOnAtTheNextLine(string text, params int[] lines)
    {
        var map = new LineMap(text);
        Assert.Equal(lines, TomlParser.Parse(text).Errors.Select(error => map.Of(error.Span).StartLine));
    }

    [Fact]
    public void ASpanIsExactlyTheText()
    {
        const string Text = "a = [1, 'x'] # c\n[[b]]\nc = { d = -2.5e1 }\n";
        TomlTable root = TomlParser.Parse(Text).Root;
        TomlEntry a = root.Find("a")!;
        var b = (TomlTable)((TomlArray)root.Find("b")!.Value).Items[0];
        var c = (TomlTable)b.Find("c")!.Value;
        Assert.Equal("a", At(a.KeySpan));
        Assert.Equal("[1, 'x']", At(a.Value.Span));
        Assert.Equal("'x'", At(((TomlArray)a.Value).Items[1].Span));
        Assert.Equal("[[b]]", At(b.Span));
        Assert.Equal("{ d = -2.5e1 }", At(c.Span));
        Assert.Equal("-2.5e1", At(c.Find("d")!.Value.Span));

        static string At(SourceSpan span) => Text.Substring(span.Start, span.Length);
    }

    [Fact]
    public void NeverThrows()
    {
        var random = new Random(7);
        foreach (string sample in Samples.Corpus)
        {
            string text = sample;
            for (int i = 0; i < 2000; i++)
            {
                text = i % 20 == 0 ? sample : Samples.Mutate(text, random);
                var map = new LineMap(text);
                foreach (SyntaxError error in TomlParser.Parse(text).Errors)
                {
                    TextRange range = map.Of(error.Span);
                    Assert.InRange(range.Start + range.Length, range.Start, text.Length);
                    Assert.True(range.StartColumn >= 0 && range.EndColumn >= 0);
                }
            }
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("a={")]
    [InlineData("a = [\n")]
    [InlineData("a=[")]
    [InlineData("[[a]]\n")]
    [InlineData("\n")]
    [InlineData("#")]
    [InlineData("\"")]
    [InlineData("'''\n")]
    [InlineData("\"\\u0041")]
    [InlineData("1")]
    [InlineData("a]")]
    [InlineData("a = [ # x")]
    [InlineData(" ")]
    public void LongTextsAreReadInLinearTime(string piece)
    {
        var watch = Stopwatch.StartNew();
        string repeated = string.Concat(Enumerable.Repeat(piece, 400_000 / piece.Length));
        foreach (string text in new[] { repeated, "x = [" + repeated, "x = [1x\n" + repeated, "[x]\ny = " + repeated })
            ProfileReader.Read(text);
        Assert.True(watch.Elapsed.TotalSeconds < 30, $"{watch.Elapsed}");
    }
}

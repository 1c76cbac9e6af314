using System.Globalization;
using BitKernelGen.Profiles.Text;
using Tomlyn;

namespace BitKernelGen.Profiles.Tests.Reading;

public class ProfileWriterTests
{
    [Fact]
    public void WritesTheLayoutOfTheSpecification() =>
        Assert.Equal(Samples.Tiny, ProfileWriter.Write(ProfileReader.Read(Samples.Tiny).Profile!));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhatIsWrittenReadsAsTheSame(int seed)
    {
        var profiles = new RandomProfile(new Random(seed));
        for (int i = 0; i < 1000; i++)
        {
            BitProfile profile = profiles.Next();
            string text = ProfileWriter.Write(profile);
            ProfileReading reading = ProfileReader.Read(text);
            Assert.True(reading.Profile is not null, text + "\n" + string.Join("\n", reading.Diagnostics));
            Assert.Equal(profile, reading.Profile);
            Assert.Equal(text, ProfileWriter.Write(reading.Profile));
        }
    }

    [Fact]
    public void AnotherParserReadsWhatIsWritten()
    {
        var profiles = new RandomProfile(new Random(4));
        for (int i = 0; i < 200; i++)
        {
            BitProfile profile = profiles.Next();
            var table = TomlSerializer.Deserialize<Tomlyn.Model.TomlTable>(ProfileWriter.Write(profile))!;
            Assert.Equal(profile.Output.From, ((Tomlyn.Model.TomlTable)table["output"])["from"]);
        }
    }

    [Fact]
    public void DefaultsAreNotWritten()
    {
        string text = ProfileWriter.Write(ProfileReader.Read(Samples.Tiny
            .Replace("[weights]", "prefer = \"speed\"\n[weights]").Replace("[2, 2]", "[1, 1]").Replace("[1, 1, 1, 1]", "[0, 0, 0, 0]").Replace("\"relu\"", "\"none\"\nkernel-strategy = \"auto\"")
            .Replace("zero = 100", "zero = 0").Replace("labels = [\"a\", \"b\", \"c\"]", "labels = []")).Profile!);
        foreach (string key in new[] { "prefer", "stride", "pad", "activation", "kernel-strategy", "zero", "labels", "scale" })
            Assert.DoesNotContain(key, text);
    }

    [Fact]
    public void NumbersAreShortAndExact()
    {
        Assert.Equal("0.1", TomlText.Of(0.1f));
        Assert.Equal("0.1", TomlText.Of(0.1));
        Assert.Equal("8", TomlText.Of(8.0));
        Assert.Equal("-0.0", TomlText.Of(-0.0));
        Assert.Equal("5E-324", TomlText.Of(double.Epsilon));
        var random = new Random(1);
        for (int i = 0; i < 20000; i++)
        {
            float value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            Assert.Equal(value, (float)double.Parse(TomlText.Of(value).Replace("inf", "Infinity").Replace("nan", "NaN"), CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("key", "")]
    [InlineData("key", "1 2")]
    [InlineData("key", "1\nb = 2")]
    [InlineData("key", "1 # c")]
    [InlineData("a.b", "1")]
    [InlineData("", "1")]
    public void ProvenanceThatIsNotTomlIsRefused(string key, string value)
    {
        BitProfile profile = ProfileReader.Read(Samples.Tiny).Profile! with { Provenance = new(new ProvenanceEntry(key, value)) };
        Assert.Throws<ArgumentException>(() => ProfileWriter.Write(profile));
    }
}

using System.Globalization;
using BitKernelGen.Profiles;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Generator.Tests;

/// <summary>What is generated does not depend on where it is: cultures have signs and separators of their own.</summary>
public class CultureTests
{
    /// <summary>Rows of 9 bytes, of which kernels read 12: from row to row they go back.</summary>
    private const string Dense =
        """
        [[layer]]
        name = "dense"
        op = "dense"
        input = ["input"]
        channels = 5
        weight = { bits = 4 }
        """;

    [Fact]
    public void SourcesAreThoseOfAnyOtherCulture()
    {
        string[] profiles =
        [
            ProfileDriver.Profile(Dense, "dense", "shape = [3, 3, 3]\ncode = { bits = 4, step = 0.1 }"),
            .. DirectedNetworks.All.Concat(RandomNetwork.CreateMany(0, 40)).Select(network => ProfileWriter.Write(network.Profile)),
        ];
        string[] sources = [.. profiles.SelectMany(Sources)];
        CultureInfo here = CultureInfo.CurrentCulture, elsewhere = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (elsewhere.NumberFormat.NegativeSign, elsewhere.NumberFormat.NumberDecimalSeparator) = ("−", ",");
        try
        {
            CultureInfo.CurrentCulture = elsewhere;
            Assert.Equal(sources, profiles.SelectMany(Sources));
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    private static IEnumerable<string> Sources(string profile) =>
        ProfileDriver.Run(profile).GetRunResult().GeneratedTrees.Select(tree => tree.ToString());
}

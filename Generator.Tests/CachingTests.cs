extern alias generator;

using System.Collections;
using System.IO.Enumeration;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using BitProfileGenerator = generator::BitKernelGen.Generator.BitProfileGenerator;
using ProfileText = BitKernelGen.Generator.Tests.ProfileDriver.ProfileText;

namespace BitKernelGen.Generator.Tests;

/// <summary>An edit that changes no meaning emits nothing again, and the pipeline keeps nothing of Roslyn's alive.</summary>
public class CachingTests
{
    private static readonly string Text = ProfileDriver.Profile(
        """
        [[layer]]
        name = "pool"
        op = "globalavgpool"
        input = ["input"]
        """,
        "pool");

    private readonly ProfileText _first = new("A.bitprofile", Text.Replace("Tiny", "A"));
    private readonly ProfileText _second = new("B.bitprofile", Text.Replace("Tiny", "B"));

    [Fact]
    public void AnUnrelatedSourceEditLeavesEverythingCached()
    {
        GeneratorDriver driver = ProfileDriver.Create(_first, _second).RunGenerators(ProfileDriver.Project);
        driver = driver.RunGenerators(ProfileDriver.Project.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class C { }")));

        foreach (string step in BitProfileGenerator.StepNames)
            Assert.All(Reasons(driver, step), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.All(Outputs(driver), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Theory]
    [InlineData("# A note.\n")]
    [InlineData("\n\n")]
    public void ACommentLeavesTheSourcesCached(string added)
    {
        GeneratorDriver driver = ProfileDriver.Create(_first, _second).RunGenerators(ProfileDriver.Project);
        driver = driver.ReplaceAdditionalText(_first, new ProfileText(_first.Path, added + _first.GetText())).RunGenerators(ProfileDriver.Project);

        Assert.Equal([IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached], Reasons(driver, "Readings"));
        Assert.All(Reasons(driver, "Sources"), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void ProvenanceIsNotMeaning()
    {
        GeneratorDriver driver = ProfileDriver.Create(_first).RunGenerators(ProfileDriver.Project);
        driver = driver.ReplaceAdditionalText(_first, new ProfileText(_first.Path, _first.GetText() + "\n[provenance]\ntool = \"x\"\n"))
            .RunGenerators(ProfileDriver.Project);

        Assert.All(Reasons(driver, "Sources"), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void AnEditOfOneProfileEmitsOnlyThatOne()
    {
        GeneratorDriver driver = ProfileDriver.Create(_first, _second).RunGenerators(ProfileDriver.Project);
        driver = driver.ReplaceAdditionalText(_first, new ProfileText(_first.Path, _first.GetText().ToString().Replace("0.02", "0.03")))
            .RunGenerators(ProfileDriver.Project);

        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(driver, "Sources"));
    }

    [Fact]
    public void ThePipelineHoldsNoSymbolsOrTrees()
    {
        GeneratorDriver driver = ProfileDriver.Create(_first).RunGenerators(ProfileDriver.Project);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (string step in BitProfileGenerator.StepNames.Append("Project"))
        {
            foreach ((object value, _) in driver.GetRunResult().Results[0].TrackedSteps[step].SelectMany(run => run.Outputs))
                Walk(value);
        }

        Assert.NotEmpty(seen);

        void Walk(object? value)
        {
            if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum || !seen.Add(value))
                return;
            Assert.IsNotAssignableFrom<Compilation>(value);
            Assert.IsNotAssignableFrom<ISymbol>(value);
            Assert.IsNotAssignableFrom<SyntaxNode>(value);
            Assert.IsNotAssignableFrom<SyntaxTree>(value);
            Assert.IsNotAssignableFrom<Location>(value);
            if (value is IEnumerable items)
            {
                foreach (object? item in items)
                    Walk(item);
            }

            foreach (FieldInfo field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                Walk(field.GetValue(value));
        }
    }

    [Theory]
    [InlineData("a/M.bitprofile", "b/M.bitprofile", "b/M.g.cs")]
    [InlineData("a/M.bitprofile", "a.M.bitprofile", "a_M-*.g.cs")]
    [InlineData("M.bitprofile", "M/Layers.bitprofile", "M/Layers.g.cs")]
    [InlineData("M.bitprofile", "M.Layers.bitprofile", "M_Layers-*.g.cs")]
    [InlineData("../M N.bitprofile", "../M_N.bitprofile", "__/M_N-*.g.cs")]
    [InlineData("a/M.bitprofile", @"C:\a\M.bitprofile", "C_/a/M-*.g.cs")]
    [InlineData("a/M.bitprofile", "A/m.bitprofile", "A/m-*.g.cs")]
    public void ProfilesOfLikeNamesGetTheirOwnFiles(string first, string second, string hintOfSecond)
    {
        GeneratorDriverRunResult run = ProfileDriver.Create(new ProfileText(first, Text), new ProfileText(second, Text.Replace("Tiny", "B")))
            .RunGenerators(ProfileDriver.Project).GetRunResult();

        Assert.Empty(run.Diagnostics);
        Assert.Equal(run.GeneratedTrees.Length, run.GeneratedTrees.Select(tree => tree.FilePath).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Contains(run.Results[0].GeneratedSources, source => FileSystemName.MatchesSimpleExpression(hintOfSecond, source.HintName));
    }

    private static IncrementalStepRunReason[] Reasons(GeneratorDriver driver, string step) =>
        [.. driver.GetRunResult().Results[0].TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason)];

    private static IncrementalStepRunReason[] Outputs(GeneratorDriver driver) =>
        [.. driver.GetRunResult().Results[0].TrackedOutputSteps.SelectMany(pair => pair.Value).SelectMany(run => run.Outputs).Select(output => output.Reason)];
}

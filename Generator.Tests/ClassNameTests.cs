using System.Reflection;
using System.Text.RegularExpressions;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Tests;

/// <summary>A class can't have a member of its own name, so no profile may be named like one.</summary>
[Collection(CompiledNetworksCollection.Name)]
public partial class ClassNameTests(CompiledNetworks compiled)
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void NoProfileIsNamedLikeAMember()
    {
        string[] members =
        [
            .. compiled.Networks.SelectMany(network => compiled.Compiled.Load(network).GetType().GetMembers(All))
                .Select(member => member.Name).Where(name => Name().IsMatch(name)).Distinct().Order(),
        ];

        Assert.Contains("RunParallel", members);
        Assert.All(members, name => Assert.Contains(
            ProfileReader.Read(ProfileDriver.Profile("", "input").Replace("\"Tiny\"", $"\"{name}\"")).Diagnostics,
            diagnostic => diagnostic.Message.Contains("no member of the class")));
    }

    /// <summary>What a profile could be named: accessors and layers' fields are not among it.</summary>
    [GeneratedRegex("^(?!get_|set_|_)[A-Za-z][A-Za-z0-9_]*$")]
    private static partial Regex Name();
}

using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BitKernelGen.Generator.Tests;

/// <summary>The instructions of the folder <c>Emulation</c>, which a build with <c>EmulateAvx512</c> has in the place of real ones.</summary>
internal static class EmulatedInstructions
{
    /// <summary>Whether this build has them.</summary>
    public static bool AreOn { get; } = typeof(IModel).Assembly.GetType("System.Runtime.Intrinsics.X86.Avx512BW") is not null;

    /// <summary>Their sources, for assemblies that are compiled in memory.</summary>
    public static IEnumerable<SyntaxTree> Sources(CSharpParseOptions language) =>
        Directory.GetFiles(Folder(), "*.cs").Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), language, file));

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "../Emulation");
}

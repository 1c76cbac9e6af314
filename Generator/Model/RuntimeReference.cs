using System.Linq;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Generator;

/// <summary>The runtime that a project refers to.</summary>
/// <param name="Version">The assembly's version.</param>
/// <param name="Contract">Its contract; 0 if it is older than contracts.</param>
internal sealed record RuntimeReference(string Version, int Contract)
{
    public const string AssemblyName = "BitKernelGen.Runtime";

    public static RuntimeReference? Of(Compilation compilation)
    {
        IAssemblySymbol? runtime = compilation.SourceModule.ReferencedAssemblySymbols.FirstOrDefault(assembly => assembly.Name == AssemblyName);
        if (runtime is null)
            return null;
        IFieldSymbol? version = runtime.GetTypeByMetadataName("BitKernelGen.Contract")?.GetMembers("Version").OfType<IFieldSymbol>().FirstOrDefault();
        return new RuntimeReference(runtime.Identity.Version.ToString(), version?.ConstantValue as int? ?? 0);
    }
}

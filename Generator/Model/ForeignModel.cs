using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Generator;

/// <summary>A model in an assembly that the project refers to.</summary>
/// <param name="Assembly">The assembly.</param>
/// <param name="Name">The model's class.</param>
/// <param name="Contract">The contract that it was generated for.</param>
internal sealed record ForeignModel(string Assembly, string Name, int Contract)
{
    public static IEnumerable<ForeignModel> Of(Compilation compilation) =>
        from assembly in compilation.SourceModule.ReferencedAssemblySymbols
        where assembly.Modules.Any(module => module.ReferencedAssemblies.Any(reference => reference.Name == RuntimeReference.AssemblyName))
        from attribute in assembly.GetAttributes()
        where attribute.AttributeClass is { Name: "GeneratedModelAttribute", ContainingNamespace: { Name: "BitKernelGen", ContainingNamespace.IsGlobalNamespace: true } }
        let arguments = attribute.ConstructorArguments
        where arguments.Length == 2 && arguments[0].Value is string && arguments[1].Value is int
        select new ForeignModel(assembly.Name, (string)arguments[0].Value!, (int)arguments[1].Value!);
}

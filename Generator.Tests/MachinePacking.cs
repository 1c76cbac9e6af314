extern alias generator;

using System.Reflection;
using System.Text.RegularExpressions;
using BitKernelGen.Packing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Isa = generator::BitKernelGen.Generator.Planning.Isa;

namespace BitKernelGen.Generator.Tests;

/// <summary>
/// What a model packs on machines that this one is not: the statements that the generator wrote, compiled a second time beside the
/// model, with a machine that is asked for where the model asks for the one it runs on. Packing itself needs no instruction set.
/// </summary>
internal sealed partial class MachinePacking
{
    /// <summary>The end of the name of the generated file that packs.</summary>
    public const string Source = ".Layers.g.cs";

    private const string Namespace = "Packing";

    private readonly Type _type;

    public MachinePacking(Assembly models, string name) => _type = models.GetType($"{Namespace}.{name}", throwOnError: true)!;

    /// <summary>The source of the class that packs what a generated class does.</summary>
    public static string Of(SyntaxTree generated)
    {
        ClassDeclarationSyntax model = generated.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>().Single();
        IEnumerable<string> fields = model.Members.OfType<FieldDeclarationSyntax>().Where(field => field.Declaration.Type is PointerTypeSyntax).Select(field => field.ToString());
        IEnumerable<string> zeros = model.Members.OfType<PropertyDeclarationSyntax>().Where(property => property.Identifier.Text == "InputZeros").Select(property => property.ToString());
        BlockSyntax body = model.Members.OfType<MethodDeclarationSyntax>().Single(method => method.Identifier.Text == "Pack").Body!;
        return $$"""
            namespace {{Namespace}}
            {
                internal sealed unsafe class {{model.Identifier.Text}}
                {
                    {{string.Join('\n', fields.Concat(zeros))}}

                    public void Pack(global::{{typeof(PackedWeights).FullName}} _weights, global::{{typeof(SafeTensors).FullName}} weights, global::System.Func<string, bool> isSupported)
                    {{Test().Replace(body.ToString(), match => $"isSupported(\"{match.Groups[1].Value}\")")}}
                }
            }
            """;
    }

    /// <summary>Packs.</summary>
    public void Pack(PackedWeights memory, SafeTensors weights, Isa machine)
    {
        Func<string, bool> isSupported = test => Isa.Machines.Any(isa => machine.Runs(isa) && isa.Test == test);
        _type.GetMethod("Pack")!.Invoke(Activator.CreateInstance(_type), BindingFlags.DoNotWrapExceptions, null, [memory, weights, isSupported], null);
    }

    [GeneratedRegex(@"global::System\.Runtime\.Intrinsics\.\w+\.([\w.]+\.IsSupported)")]
    private static partial Regex Test();
}

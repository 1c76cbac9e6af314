using System;
using System.Linq;
using BitKernelGen.Profiles;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BitKernelGen.Generator;

/// <summary>What matters of the project that the profiles are in.</summary>
/// <param name="AllowsUnsafe">Whether its code may use pointers.</param>
/// <param name="HasTensors">Whether it refers to a System.Numerics.Tensors whose tensors are no experiment any more (10.0).</param>
/// <param name="IsNativeBaseline">Whether it becomes native code for x64 that keeps to 128-bit vectors because nobody said otherwise.</param>
/// <param name="Runtime">The runtime that it refers to; null if it refers to none.</param>
/// <param name="ForeignModels">The models in assemblies that it refers to.</param>
internal sealed record ProjectFacts(
    bool AllowsUnsafe, bool HasTensors, bool IsNativeBaseline, RuntimeReference? Runtime, EquatableArray<ForeignModel> ForeignModels)
{
    /// <summary>Whether the code that is generated here runs on that runtime.</summary>
    public bool Fits => Runtime?.Contract == Contract.Version;

    public static ProjectFacts Of(Compilation compilation, AnalyzerConfigOptions options) => new(
        compilation.Options is CSharpCompilationOptions { AllowUnsafe: true },
        RefersToTensors(compilation),
        IsBaseline(options),
        RuntimeReference.Of(compilation),
        new EquatableArray<ForeignModel>(ForeignModel.Of(compilation)));

    private static bool RefersToTensors(Compilation compilation) =>
        compilation.GetTypeByMetadataName("System.Numerics.Tensors.ReadOnlyTensorSpan`1") is { } tensor
        && !tensor.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "ExperimentalAttribute");

    private static bool IsBaseline(AnalyzerConfigOptions options)
    {
        string Get(string name) => options.TryGetValue($"build_property.{name}", out string? value) ? value : "";

        // Without a target the SDK compiles for the machine that it runs on.
        string target = Get("RuntimeIdentifier") is { Length: > 0 } asked ? asked : Get("NETCoreSdkRuntimeIdentifier");
        return Get("PublishAot").Equals("true", StringComparison.OrdinalIgnoreCase)
            && Get("IlcInstructionSet").Length == 0
            && target.EndsWith("-x64", StringComparison.OrdinalIgnoreCase);
    }
}

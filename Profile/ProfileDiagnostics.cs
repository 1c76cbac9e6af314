using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Profiles;

/// <summary>A kind of diagnostic.</summary>
/// <param name="Id">BKG and three digits.</param>
/// <param name="Title">What is wrong, in a few words.</param>
/// <param name="Level">How much it weighs.</param>
/// <param name="Description">The rule behind it, in a sentence.</param>
public sealed record DiagnosticDescription(string Id, string Title, DiagnosticLevel Level, string Description);

/// <summary>All kinds of diagnostics; <c>docs/diagnostics.md</c> has a section for each.</summary>
public static class ProfileDiagnostics
{
    /// <summary>The kinds, by ascending id.</summary>
    public static IReadOnlyList<DiagnosticDescription> All { get; } =
    [
        new("BKG001", "Syntax error", DiagnosticLevel.Error, "A profile is written in a strict subset of TOML."),
        new("BKG002", "Unknown key or table", DiagnosticLevel.Error, "A profile holds only the keys and tables that its format defines."),
        new("BKG003", "Missing key", DiagnosticLevel.Error, "A key that its table or operation needs is not there."),
        new("BKG004", "Wrong type or value out of range", DiagnosticLevel.Error, "Each key takes values of one type and within one range."),
        new("BKG005", "Unsupported format version", DiagnosticLevel.Error, "This version reads \"bitprofile/1\" only."),
        new("BKG006", "Unknown name", DiagnosticLevel.Error, "Operations, activations and kernel strategies come from fixed lists."),
        new("BKG007", "No such layer", DiagnosticLevel.Error, "A layer reads the input and layers before it; the output is a layer's."),
        new("BKG008", "Name already taken", DiagnosticLevel.Error, "Each layer has a name of its own, and \"input\" is the network's input."),
        new("BKG009", "Impossible shape", DiagnosticLevel.Error, "Shapes must fit each other, have an element at least, and keep within the limits of size."),
        new("BKG010", "Code missing", DiagnosticLevel.Error, "What is multiplied, pooled or concatenated has a code."),
        new("BKG011", "Zero is not a level", DiagnosticLevel.Error, "Zero is a level that some code reaches, so that padding and ReLU are exact."),
        new("BKG012", "Sums may overflow", DiagnosticLevel.Error, "Integer sums are proved to fit 32 bits and values to fit float32, and bounds must not contradict themselves."),
        new("BKG013", "Key does not apply", DiagnosticLevel.Error, "A layer has only the keys that mean something to its operation."),
        new("BKG020", "Coefficients approximated", DiagnosticLevel.Info, "Coefficients that are no integers of sum 255 or less are replaced by the best such integers."),
        new("BKG021", "Output never used", DiagnosticLevel.Warning, "A layer that nothing reads costs time for nothing."),
        new("BKG030", "Two profiles make one class", DiagnosticLevel.Error, "Each profile of a project makes a class of its own name or namespace."),
        new("BKG031", "Unsafe blocks are not allowed", DiagnosticLevel.Error, "Generated kernels use pointers, which a project must allow."),
        new("BKG032", "Native code for the x64 baseline", DiagnosticLevel.Warning, "Native code uses the instruction sets that it is told to use; the baseline's vectors have 128 bits."),
        new("BKG033", "Runtime and generator do not fit", DiagnosticLevel.Error, "Generated code runs on a runtime of the contract that it was generated for."),
        new("BKG034", "Model of a reference does not fit the runtime", DiagnosticLevel.Error, "Models in referenced assemblies run on a runtime of the contract that they were generated for."),
        new("BKG035", "No weights to embed", DiagnosticLevel.Info, "Weights that lie beside a profile, under its name, are embedded in the assembly."),
    ];

    private static readonly Dictionary<string, DiagnosticDescription> ById = All.ToDictionary(description => description.Id);

    /// <summary>The kind with an id.</summary>
    /// <param name="id">One of the ids in <see cref="All"/>.</param>
    public static DiagnosticDescription Of(string id) => ById[id];
}

using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Generator.Diagnostics;

/// <summary>
/// The kinds of diagnostics as Roslyn wants them: one field each with a literal id and severity, which release tracking checks.
/// The rest comes from the table that all of BitKernelGen shares; a test holds the two together.
/// </summary>
internal static class Descriptors
{
    private const string Category = "BitKernelGen";

    /// <summary>The sentence comes from the profile's reader.</summary>
    private const string Message = "{0}";

    private static readonly DiagnosticDescriptor Syntax = new(
        "BKG001", Title("BKG001"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG001"));

    private static readonly DiagnosticDescriptor UnknownKey = new(
        "BKG002", Title("BKG002"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG002"));

    private static readonly DiagnosticDescriptor MissingKey = new(
        "BKG003", Title("BKG003"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG003"));

    private static readonly DiagnosticDescriptor WrongValue = new(
        "BKG004", Title("BKG004"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG004"));

    private static readonly DiagnosticDescriptor FormatVersion = new(
        "BKG005", Title("BKG005"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG005"));

    private static readonly DiagnosticDescriptor UnknownName = new(
        "BKG006", Title("BKG006"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG006"));

    private static readonly DiagnosticDescriptor NoSuchLayer = new(
        "BKG007", Title("BKG007"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG007"));

    private static readonly DiagnosticDescriptor NameTaken = new(
        "BKG008", Title("BKG008"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG008"));

    private static readonly DiagnosticDescriptor ImpossibleShape = new(
        "BKG009", Title("BKG009"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG009"));

    private static readonly DiagnosticDescriptor CodeMissing = new(
        "BKG010", Title("BKG010"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG010"));

    private static readonly DiagnosticDescriptor ZeroIsNoLevel = new(
        "BKG011", Title("BKG011"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG011"));

    private static readonly DiagnosticDescriptor SumsOverflow = new(
        "BKG012", Title("BKG012"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG012"));

    private static readonly DiagnosticDescriptor KeyDoesNotApply = new(
        "BKG013", Title("BKG013"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG013"));

    private static readonly DiagnosticDescriptor Approximated = new(
        "BKG020", Title("BKG020"), Message, Category, DiagnosticSeverity.Info, true, Description("BKG020"));

    private static readonly DiagnosticDescriptor NeverUsed = new(
        "BKG021", Title("BKG021"), Message, Category, DiagnosticSeverity.Warning, true, Description("BKG021"));

    public static readonly DiagnosticDescriptor SameClass = new(
        "BKG030", Title("BKG030"), "Class '{0}' is made by '{1}' too: give one of them another name or namespace", Category, DiagnosticSeverity.Error, true, Description("BKG030"));

    public static readonly DiagnosticDescriptor UnsafeNotAllowed = new(
        "BKG031", Title("BKG031"), "Generated kernels need <AllowUnsafeBlocks>true</AllowUnsafeBlocks>", Category, DiagnosticSeverity.Error, true, Description("BKG031"));

    public static readonly DiagnosticDescriptor NativeBaseline = new(
        "BKG032", Title("BKG032"),
        "Native code for x64 without IlcInstructionSet keeps to 128-bit vectors, which is many times slower: set <IlcInstructionSet>x86-64-v3</IlcInstructionSet> for AVX2, x86-64-v4 for AVX-512, native for this machine, or x86-64-v2 if 128 bits are meant",
        Category, DiagnosticSeverity.Warning, true, Description("BKG032"));

    public static readonly DiagnosticDescriptor RuntimeDoesNotFit = new(
        "BKG033", Title("BKG033"), Message, Category, DiagnosticSeverity.Error, true, Description("BKG033"));

    public static readonly DiagnosticDescriptor ForeignModelDoesNotFit = new(
        "BKG034", Title("BKG034"),
        "'{0}' in {1} was generated for contract {2} and BitKernelGen.Runtime {3} has contract {4}: build {1} again with the same version of the package BitKernelGen",
        Category, DiagnosticSeverity.Error, true, Description("BKG034"));

    private static readonly DiagnosticDescriptor NoWeights = new(
        "BKG035", Title("BKG035"), Message, Category, DiagnosticSeverity.Info, true, Description("BKG035"));

    private static readonly Dictionary<string, DiagnosticDescriptor> ById = new[]
    {
        Syntax, UnknownKey, MissingKey, WrongValue, FormatVersion, UnknownName, NoSuchLayer,
        NameTaken, ImpossibleShape, CodeMissing, ZeroIsNoLevel, SumsOverflow, KeyDoesNotApply,
        Approximated, NeverUsed, SameClass, UnsafeNotAllowed, NativeBaseline, RuntimeDoesNotFit,
        ForeignModelDoesNotFit, NoWeights,
    }.ToDictionary(descriptor => descriptor.Id);

    public static DiagnosticDescriptor Of(string id) => ById[id];

    private static string Title(string id) => ProfileDiagnostics.Of(id).Title;

    private static string Description(string id) => ProfileDiagnostics.Of(id).Description;
}

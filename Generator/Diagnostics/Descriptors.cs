#pragma warning disable RS2008
using Microsoft.CodeAnalysis;
namespace BitKernelGen.Generator.Diagnostics;
internal static class Descriptors
{
    public static readonly DiagnosticDescriptor SameClass = new("BKG030", "Two profiles make one class", "Class '{0}' is made by '{1}' too: give one of them another name or namespace", "BitKernelGen", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor UnsafeNotAllowed = new("BKG031", "Unsafe blocks are not allowed", "Generated kernels need <AllowUnsafeBlocks>true</AllowUnsafeBlocks>", "BitKernelGen", DiagnosticSeverity.Error, true);
    public static DiagnosticDescriptor Of(string id) => SameClass;
}

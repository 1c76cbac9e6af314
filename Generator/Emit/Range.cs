using System;

namespace BitKernelGen.Generator.Emit;

/// <summary>The rows, panels or groups of tiles that a method computes: all of them, or those of a part.</summary>
/// <param name="From">The first, as an expression.</param>
/// <param name="To">The one after the last.</param>
internal sealed record Range(string From, string To)
{
    /// <summary>So many.</summary>
    public static Range All(int count) => new("0", $"{count}");

    /// <summary>Declares a part's share of so many.</summary>
    public static Range OfPart(SourceWriter writer, int count)
    {
        writer.Line($"int from = part * {count} / parts, to = (part + 1) * {count} / parts;");
        return new("from", "to");
    }

    /// <summary>A loop over it.</summary>
    public IDisposable Loop(SourceWriter writer, string variable) =>
        writer.Block($"for (int {variable} = {From}; {variable} < {To}; {variable}++)");

    /// <summary>A loop over it whose variable counts in larger steps.</summary>
    public string Head(string variable, int step, string also = "") =>
        $"for (int {variable} = {Scaled(From, step)}; {variable} < {Scaled(To, step)}; {variable} += {step}{also})";

    private static string Scaled(string count, int step) => int.TryParse(count, out int number) ? $"{number * step}" : $"{count} * {step}";
}
